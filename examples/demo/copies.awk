# copies.awk -- exercises in copying, made from the words of a text file.
#
#   awk -v n=20000 -f copies.awk text.txt > copies.jsonl
#
# A model that starts from nothing learns what a name is only after it can
# point at a word and write it down again.  These examples teach that alone:
# a row of random words, to be repeated whole or where brackets stand.

# Park and Miller's generator: every product fits a double exactly.
function below(limit)
{
	state = state * 48271 % 2147483647
	return int(state / 2147483647 * limit)
}

function exercise(k,    words, whole, from, to, i, word, text, answer)
{
	words = 4 + below(10)
	whole = below(3) == 0
	from = below(words)
	to = from + 1 + below(4)
	if (to > words)
		to = words
	if (whole) {
		if (words > 8)
			words = 8
		from = 0
		to = words
	}
	for (i = 0; i < words; i++) {
		word = known[below(size)]
		if (!whole && i == from)
			text = text " ("
		text = text " " word
		if (i >= from && i < to)
			answer = answer " " word
		if (!whole && i == to - 1)
			text = text " )"
	}
	printf "{\"id\":\"copy-%d\",\"task\":\"mner\",", k
	printf "\"instruction\":\"%s\",",
		whole ? "Repeat." : "Repeat what stands in brackets."
	printf "\"text\":\"%s\",", substr(text, 2)
	printf "\"gold\":[{\"type\":\"Miscellaneous\",\"text\":\"%s\"}]}\n",
		substr(answer, 2)
}

{
	for (i = 1; i <= NF; i++)
		if ($i ~ /^[A-Za-z0-9#@'.,-]+$/ && !($i in seen)) {
			seen[$i] = 1
			known[size++] = $i
		}
}

END {
	state = 7
	for (k = 1; k <= n; k++)
		exercise(k)
}
