# paper.awk -- what an extraction and a training step cost at least, on paper.
#
#	awk -f cuda/paper.awk
#
# prints the tables of HACKING.md ("On paper"); tests/paper.test compares.
# FLOPs and bytes follow from the shapes; peaks are the vendor's, dense.  The
# floor is the larger of FLOPs by peak and bytes by bandwidth; a launch is
# taken to cost LAUNCH microseconds of the host when nothing hides it.  A token
# is launches of its own when its shapes are new, and when they come again (it
# is captured then); from then on it is one launch of a graph.

function model(name, d, f, h, layers) {
	N = name; D = d; F = f; H = h; LAYERS = layers; V = 32128
	I = 64 * h
	ENC = layers * (4 * D * I + 3 * D * F)
	DEC = layers * (8 * D * I + 3 * D * F)
	CROSS = layers * 2 * D * I	# keys and values, once for an input
	HEAD = V * D
}
function max(a, b) { return a > b ? a : b }
function device(name, tensor, tf32, bw) {
	DEVICE = name; BF16 = tensor * 1e12; TF32 = tf32 * 1e12; BW = bw * 1e9
}
function row(what, flop, bytes, peak, launches,    t, m, l, b) {
	t = flop / peak * 1e3; m = bytes / BW * 1e3; l = launches * LAUNCH / 1e3
	b = l > max(t, m) ? "launches" : t > m ? "arithmetic" : "memory"
	printf "| %s %s | %s | %.1f | %.2f | %.2f | %d | %.2f | %s |\n", N,
		what, DEVICE, flop / 1e9, bytes / 1e9, max(t, m), launches, l, b
}
function extraction(L,    M, token, grown, fresh) {
	M = 24
	row("encoder, " L, 2 * ENC * L + 4 * LAYERS * L * L * I,
		2 * ENC + 4 * LAYERS * L * (6 * D + 4 * I + 4 * F), BF16,
		2 + 19 * LAYERS)
	token = DEC - CROSS + HEAD
	grown = M > 16	# the cache moved, with new shapes behind it
	fresh = grown ? 4 : 2
	row(M " tokens, " L, 2 * token * M + 2 * CROSS * L + \
		4 * LAYERS * I * (M * M / 2 + M * L),
		2 * (token * M + CROSS) + 8 * LAYERS * I * M * (M / 2 + L),
		BF16, fresh * (5 + 17 * LAYERS) + M - fresh / 2 + \
		(4 + 2 * grown) * LAYERS)
}
function vision(crops) {
	# ResNet-101: 7.80 G multiply-adds and 42.5 M weights; activations of a
	# crop are written once and read about twice: 3 x 4 x 16.2 M.
	N = "ResNet-101"
	row(crops " crops", 2 * 7.80e9 * crops,
		4 * 42.5e6 + 12 * 16.2e6 * crops, TF32, 1 + 33 * 2 + 33 * 2 + 4)
}
function training(batch,    tin, tout, n, act) {
	tin = batch * 256; tout = batch * 64
	n = ENC + DEC + HEAD + V * D	# the second table is the embedding
	act = 4 * LAYERS * ((6 * D + 4 * I + 4 * F) * tin + \
		(8 * D + 7 * I + 4 * F) * tout) + 4 * V * tout
	row("step, " batch, 6 * (ENC * tin + (DEC - CROSS + HEAD) * tout + \
		CROSS * tin) + 12 * LAYERS * I * (256 * tin + 320 * tout),
		28 * n + 6 * act, TF32, LAYERS * 140)
}
function models(k) {
	if (k == 1) model("base", 768, 2048, 12, 12)
	if (k == 2) model("large", 1024, 2816, 16, 24)
	if (k == 3) model("xl", 2048, 5120, 32, 24)
}
function devices(k) {
	if (k == 1) device("A100-40GB", 312, 156, 1555)
	if (k == 2) device("H100", 989, 494, 3350)
}
BEGIN {
	LAUNCH = 3
	print "| what | device | GFLOP | GB | floor ms | launches | launches ms | bound by |"
	print "|---|---|---|---|---|---|---|---|"
	for (k = 1; k <= 3; k++)
		for (d = 1; d <= 2; d++) {
			models(k); devices(d)
			extraction(64); extraction(256)
			training(k == 1 ? 16 : 8)
		}
	for (d = 1; d <= 2; d++) {
		devices(d); vision(37)
	}
}
