#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/checkpoint/bytes.h"
#include "src/checkpoint/pickle-vm.h"

/* `n` operand bytes; NULL when the pickle ends before. */
static const unsigned char *take(struct vm *v, size_t n)
{
	const unsigned char *p = v->s + v->i;

	if (n > v->n - v->i) {
		vm_fail(v, "the pickle is cut short");
		return NULL;
	}
	v->i += n;
	return p;
}

/* An unsigned operand of 1, 2, 4 or 8 bytes. */
static int take_number(struct vm *v, int bytes, uint64_t *out)
{
	const unsigned char *p = take(v, (size_t)bytes);

	if (!p)
		return -ERR_CHECKPOINT;
	*out = 0;
	memcpy(out, p, (size_t)bytes);
	return 0;
}

static int close_mark(struct vm *v, size_t *from)
{
	if (!v->marks)
		return vm_fail(v, "no mark on the stack");
	*from = v->mark[--v->marks];
	return 0;
}

static int op_proto(struct vm *v, int bytes)
{
	uint64_t version;

	if (take_number(v, bytes, &version) < 0)
		return -ERR_CHECKPOINT;
	if (v->at != 0 || version < 2 || version > 4)
		return vm_fail(v, "protocol %d; 2 to 4 can be read",
			       (int)version);
	return 0;
}

static int op_frame(struct vm *v, int bytes)
{
	uint64_t size;

	if (take_number(v, bytes, &size) < 0)
		return -ERR_CHECKPOINT;
	return size > v->n - v->i ? vm_fail(v, "the pickle is cut short") : 0;
}

static int op_mark(struct vm *v, int arg)
{
	(void)arg;
	if (v->marks == PICKLE_MARKS)
		return vm_fail(v, "nested more than %d deep", PICKLE_MARKS);
	v->mark[v->marks++] = v->depth;
	return 0;
}

static int op_empty(struct vm *v, int kind)
{
	return vm_push_new(v, (struct pickle_node){.kind = (unsigned)kind});
}

static int op_bool(struct vm *v, int value)
{
	return vm_push_new(
	    v, (struct pickle_node){.kind = PICKLE_BOOL, .i = value});
}

static int push_int(struct vm *v, int64_t i)
{
	return vm_push_new(v, (struct pickle_node){.kind = PICKLE_INT, .i = i});
}

static int op_int(struct vm *v, int bytes)
{
	uint64_t u;

	if (take_number(v, bytes, &u) < 0)
		return -ERR_CHECKPOINT;
	return push_int(v, bytes == 4 ? (int32_t)u : (int64_t)u);
}

/* Two's complement of any length; ours end at eight bytes. */
static int op_long(struct vm *v, int bytes)
{
	const unsigned char *p;
	int64_t value = 0;
	uint64_t n;

	if (take_number(v, bytes, &n) < 0)
		return -ERR_CHECKPOINT;
	if (n > sizeof(value))
		return vm_fail(v, "an integer of %d bytes; up to 8 can be read",
			       (int)n);
	p = take(v, n);
	if (!p)
		return -ERR_CHECKPOINT;
	if (n && p[n - 1] & 0x80)
		value = -1;
	memcpy(&value, p, n);
	return push_int(v, value);
}

/* Big-endian, unlike all other numbers. */
static int op_float(struct vm *v, int bytes)
{
	struct pickle_node n = {.kind = PICKLE_FLOAT};
	uint64_t bits;

	if (take_number(v, bytes, &bits) < 0)
		return -ERR_CHECKPOINT;
	bits = __builtin_bswap64(bits);
	memcpy(&n.f, &bits, sizeof(bits));
	return vm_push_new(v, n);
}

static int op_string(struct vm *v, int bytes)
{
	const unsigned char *p;
	uint64_t n;

	if (take_number(v, bytes, &n) < 0)
		return -ERR_CHECKPOINT;
	if (n > PICKLE_STRING)
		return vm_fail(v,
			       "a string of %llu bytes; up to %d can be read",
			       (unsigned long long)n, PICKLE_STRING);
	p = take(v, n);
	if (!p)
		return -ERR_CHECKPOINT;
	if (utf8_valid((const char *)p, n) != n)
		return vm_fail(v, "a string that is not UTF-8");
	return vm_push_new(v, (struct pickle_node){.kind = PICKLE_STR,
						   .count = (uint32_t)n,
						   .s = (const char *)p});
}

/* Of the values above the last mark, or of the topmost `n`. */
static int op_tuple(struct vm *v, int n)
{
	uint32_t tuple;
	size_t from = 0;
	int rc = n ? vm_need(v, (size_t)n) : close_mark(v, &from);

	if (rc < 0)
		return rc;
	if (n)
		from = v->depth - (size_t)n;
	rc = op_empty(v, PICKLE_TUPLE);
	if (rc < 0)
		return rc;
	tuple = v->stack[--v->depth];
	rc = vm_move_items(v, tuple, from);
	return rc < 0 ? rc : vm_push(v, tuple);
}

/* What lies from `from` up goes into the container below it. */
static int fill(struct vm *v, size_t from, int kind)
{
	uint32_t to;

	if (from <= vm_floor(v))
		return vm_fail(v, "too few values on the stack");
	to = v->stack[from - 1];
	if (v->p->node[to].kind != (unsigned)kind)
		return vm_fail(v, "items for something that is not a %s",
			       kind == PICKLE_LIST ? "list" : "dictionary");
	if (kind == PICKLE_DICT && (v->depth - from) % 2)
		return vm_fail(v, "a key without a value");
	return vm_move_items(v, to, from);
}

/* One item: a value, or a key and a value. */
static int op_item(struct vm *v, int kind)
{
	size_t n = kind == PICKLE_LIST ? 1 : 2;
	int rc = vm_need(v, n + 1);

	return rc < 0 ? rc : fill(v, v->depth - n, kind);
}

static int op_items(struct vm *v, int kind)
{
	size_t from = 0;
	int rc = close_mark(v, &from);

	return rc < 0 ? rc : fill(v, from, kind);
}

static int put(struct vm *v, uint64_t index)
{
	size_t len;

	if (vm_need(v, 1) < 0)
		return -ERR_CHECKPOINT;
	if (index >= v->ops || index >= PICKLE_NODES)
		return vm_fail(v, "memo index %llu after %zu operations",
			       (unsigned long long)index, v->ops);
	if (index >= v->memo_len) {
		len = MAX((size_t)index + 1, v->memo_len * 2);
		v->memo = xrealloc(v->memo, len, sizeof(*v->memo));
		memset(v->memo + v->memo_len, 0,
		       (len - v->memo_len) * sizeof(*v->memo));
		v->memo_len = len;
	}
	v->memo_used += !v->memo[index];
	v->memo[index] = v->stack[v->depth - 1] + 1;
	return 0;
}

static int op_put(struct vm *v, int bytes)
{
	uint64_t index;

	return take_number(v, bytes, &index) < 0 ? -ERR_CHECKPOINT
						 : put(v, index);
}

static int op_memoize(struct vm *v, int arg)
{
	(void)arg;
	return put(v, v->memo_used);
}

static int op_get(struct vm *v, int bytes)
{
	uint64_t index;

	if (take_number(v, bytes, &index) < 0)
		return -ERR_CHECKPOINT;
	if (index >= v->memo_len || !v->memo[index])
		return vm_fail(v, "memo index %llu was never set",
			       (unsigned long long)index);
	return vm_push(v, v->memo[index] - 1);
}

static int push_symbol(struct vm *v, struct span module, struct span name)
{
	const struct symbol *s;

	for (int64_t i = 0; (s = pickle_symbol(i)); i++)
		if (span_eq(module, s->module) && span_eq(name, s->name))
			return vm_push_new(
			    v, (struct pickle_node){.kind = PICKLE_SYMBOL,
						    .i = i});
	return vm_fail(v,
		       "%.*s.%.*s is nothing that weights consist of, and "
		       "nothing is executed",
		       (int)MIN(module.len, (size_t)200), module.s,
		       (int)MIN(name.len, (size_t)200), name.s);
}

/* Up to the end of the line, which is skipped. */
static int line(struct vm *v, struct span *out)
{
	const unsigned char *p = v->s + v->i;
	const unsigned char *end = memchr(p, '\n', v->n - v->i);

	if (!end)
		return vm_fail(v, "the pickle is cut short");
	*out = (struct span){(const char *)p, (size_t)(end - p)};
	v->i += out->len + 1;
	if (utf8_valid(out->s, out->len) != out->len)
		return vm_fail(v, "a name that is not UTF-8");
	return 0;
}

static int op_global(struct vm *v, int arg)
{
	struct span module, name;

	(void)arg;
	if (line(v, &module) < 0 || line(v, &name) < 0)
		return -ERR_CHECKPOINT;
	return push_symbol(v, module, name);
}

static int op_stack_global(struct vm *v, int arg)
{
	const struct pickle_node *name, *module;

	(void)arg;
	if (vm_need(v, 2) < 0)
		return -ERR_CHECKPOINT;
	name = vm_pop(v);
	module = vm_pop(v);
	if (module->kind != PICKLE_STR || name->kind != PICKLE_STR)
		return vm_fail(v, "a global whose name is not a string");
	return push_symbol(v, pickle_str(module), pickle_str(name));
}

/* A node of kind `kind` with the items of `tuple`. */
static int push_made_of(struct vm *v, int kind, const struct pickle_node *tuple)
{
	struct pickle_node n = *tuple;

	n.kind = (unsigned)kind;
	return vm_push_new(v, n);
}

/* Only the shapes of calls that weights consist of; none is made. */
static int op_reduce(struct vm *v, int arg)
{
	const struct pickle_node *args, *f, *first;
	const struct symbol *s;

	(void)arg;
	if (vm_need(v, 2) < 0)
		return -ERR_CHECKPOINT;
	args = vm_pop(v);
	f = vm_pop(v);
	if (f->kind != PICKLE_SYMBOL || args->kind != PICKLE_TUPLE)
		return vm_fail(v, "REDUCE of something that is no known "
				  "function and tuple");
	s = pickle_symbol(f->i);
	first = pickle_item(v->p, args, 0);
	switch (s->role) {
	case MAKES_DICT:
		if (args->count == 0)
			return op_empty(v, PICKLE_DICT);
		break;
	case MAKES_TENSOR:
		return push_made_of(v, PICKLE_TENSOR, args);
	case MAKES_PARAMETER:
		if (first && first->kind == PICKLE_TENSOR)
			return vm_push(v, v->p->item[args->first].node);
		break;
	case MAKES_SIZE:
		if (first && first->kind == PICKLE_TUPLE)
			return vm_push(v, v->p->item[args->first].node);
		break;
	case STORAGE:
		break;
	}
	return vm_fail(v,
		       "REDUCE of %s.%s with arguments that it does not take",
		       s->module, s->name);
}

/* The attribute `_metadata` of a state dictionary: dropped. */
static int op_build(struct vm *v, int arg)
{
	(void)arg;
	if (vm_need(v, 2) < 0)
		return -ERR_CHECKPOINT;
	vm_pop(v);
	if (v->p->node[v->stack[v->depth - 1]].kind != PICKLE_DICT)
		return vm_fail(v, "BUILD of something that is not a "
				  "dictionary");
	return 0;
}

static int op_persid(struct vm *v, int arg)
{
	const struct pickle_node *id;

	(void)arg;
	if (vm_need(v, 1) < 0)
		return -ERR_CHECKPOINT;
	id = vm_pop(v);
	if (id->kind != PICKLE_TUPLE)
		return vm_fail(v, "a persistent id that is not a tuple");
	return push_made_of(v, PICKLE_STORAGE, id);
}

static const struct operation operations[256] = {
    [0x80] = {"PROTO", op_proto, 1},
    [0x95] = {"FRAME", op_frame, 8},
    ['('] = {"MARK", op_mark, 0},
    ['N'] = {"NONE", op_empty, PICKLE_NONE},
    ['}'] = {"EMPTY_DICT", op_empty, PICKLE_DICT},
    [']'] = {"EMPTY_LIST", op_empty, PICKLE_LIST},
    [')'] = {"EMPTY_TUPLE", op_empty, PICKLE_TUPLE},
    [0x88] = {"NEWTRUE", op_bool, true},
    [0x89] = {"NEWFALSE", op_bool, false},
    ['K'] = {"BININT1", op_int, 1},
    ['M'] = {"BININT2", op_int, 2},
    ['J'] = {"BININT", op_int, 4},
    [0x8a] = {"LONG1", op_long, 1},
    ['G'] = {"BINFLOAT", op_float, 8},
    [0x8c] = {"SHORT_BINUNICODE", op_string, 1},
    ['X'] = {"BINUNICODE", op_string, 4},
    ['t'] = {"TUPLE", op_tuple, 0},
    [0x85] = {"TUPLE1", op_tuple, 1},
    [0x86] = {"TUPLE2", op_tuple, 2},
    [0x87] = {"TUPLE3", op_tuple, 3},
    ['a'] = {"APPEND", op_item, PICKLE_LIST},
    ['e'] = {"APPENDS", op_items, PICKLE_LIST},
    ['s'] = {"SETITEM", op_item, PICKLE_DICT},
    ['u'] = {"SETITEMS", op_items, PICKLE_DICT},
    ['q'] = {"BINPUT", op_put, 1},
    ['r'] = {"LONG_BINPUT", op_put, 4},
    [0x94] = {"MEMOIZE", op_memoize, 0},
    ['h'] = {"BINGET", op_get, 1},
    ['j'] = {"LONG_BINGET", op_get, 4},
    ['c'] = {"GLOBAL", op_global, 0},
    [0x93] = {"STACK_GLOBAL", op_stack_global, 0},
    ['R'] = {"REDUCE", op_reduce, 0},
    ['b'] = {"BUILD", op_build, 0},
    ['Q'] = {"BINPERSID", op_persid, 0},
    /* Known by name, for the message. */
    ['0'] = {"POP", NULL, 0},
    ['1'] = {"POP_MARK", NULL, 0},
    ['2'] = {"DUP", NULL, 0},
    ['B'] = {"BINBYTES", NULL, 0},
    ['C'] = {"SHORT_BINBYTES", NULL, 0},
    ['F'] = {"FLOAT", NULL, 0},
    ['I'] = {"INT", NULL, 0},
    ['L'] = {"LONG", NULL, 0},
    ['P'] = {"PERSID", NULL, 0},
    ['S'] = {"STRING", NULL, 0},
    ['T'] = {"BINSTRING", NULL, 0},
    ['U'] = {"SHORT_BINSTRING", NULL, 0},
    ['V'] = {"UNICODE", NULL, 0},
    ['d'] = {"DICT", NULL, 0},
    ['g'] = {"GET", NULL, 0},
    ['i'] = {"INST", NULL, 0},
    ['l'] = {"LIST", NULL, 0},
    ['o'] = {"OBJ", NULL, 0},
    ['p'] = {"PUT", NULL, 0},
    [0x81] = {"NEWOBJ", NULL, 0},
    [0x82] = {"EXT1", NULL, 0},
    [0x83] = {"EXT2", NULL, 0},
    [0x84] = {"EXT4", NULL, 0},
    [0x8b] = {"LONG4", NULL, 0},
    [0x8d] = {"BINUNICODE8", NULL, 0},
    [0x8e] = {"BINBYTES8", NULL, 0},
    [0x8f] = {"EMPTY_SET", NULL, 0},
    [0x90] = {"ADDITEMS", NULL, 0},
    [0x91] = {"FROZENSET", NULL, 0},
    [0x92] = {"NEWOBJ_EX", NULL, 0},
    [0x96] = {"BYTEARRAY8", NULL, 0},
    [0x97] = {"NEXT_BUFFER", NULL, 0},
    [0x98] = {"READONLY_BUFFER", NULL, 0},
};

const struct operation *pickle_operation(unsigned char code)
{
	return &operations[code];
}
