#include "src/checkpoint/pickle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/checkpoint/pickle-vm.h"

static const struct symbol symbols[] = {
    {"collections", "OrderedDict", MAKES_DICT, 0},
    {"torch._utils", "_rebuild_tensor_v2", MAKES_TENSOR, 0},
    {"torch._utils", "_rebuild_parameter", MAKES_PARAMETER, 0},
    {"torch", "Size", MAKES_SIZE, 0},
    {"torch", "FloatStorage", STORAGE, DT_F32},
    {"torch", "HalfStorage", STORAGE, DT_F16},
    {"torch", "BFloat16Storage", STORAGE, DT_BF16},
    {"torch", "DoubleStorage", STORAGE, DT_F64},
    {"torch", "LongStorage", STORAGE, DT_I64},
    {"torch", "IntStorage", STORAGE, DT_I32},
    {"torch", "ShortStorage", STORAGE, DT_I16},
    {"torch", "CharStorage", STORAGE, DT_I8},
    {"torch", "ByteStorage", STORAGE, DT_U8},
    {"torch", "BoolStorage", STORAGE, DT_BOOL},
};

const struct symbol *pickle_symbol(int64_t row)
{
	return row < (int64_t)ARRAY_LEN(symbols) ? &symbols[row] : NULL;
}

int vm_fail(const struct vm *v, const char *fmt, ...)
{
	char text[ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(v->err, ERR_CHECKPOINT, "%s: pickle, byte %zu: %s",
		       v->what, v->at, text);
}

int vm_push(struct vm *v, uint32_t node)
{
	if (v->depth >= PICKLE_NODES)
		return vm_fail(v, "more than %d values on the stack",
			       PICKLE_NODES);
	v->stack = xgrow(v->stack, v->depth, &v->stack_cap, sizeof(*v->stack));
	v->stack[v->depth++] = node;
	return 0;
}

int vm_push_new(struct vm *v, struct pickle_node n)
{
	struct pickle *p = v->p;

	if (p->nodes >= PICKLE_NODES)
		return vm_fail(v, "more than %d objects", PICKLE_NODES);
	p->node = xgrow(p->node, p->nodes, &p->node_cap, sizeof(*p->node));
	p->node[p->nodes++] = n;
	return vm_push(v, (uint32_t)(p->nodes - 1));
}

size_t vm_floor(const struct vm *v)
{
	return v->marks ? v->mark[v->marks - 1] : 0;
}

int vm_need(struct vm *v, size_t n)
{
	return v->depth - vm_floor(v) < n
		   ? vm_fail(v, "too few values on the stack")
		   : 0;
}

const struct pickle_node *vm_pop(struct vm *v)
{
	return &v->p->node[v->stack[--v->depth]];
}

/* Hang value `node` on container `to`. */
static int append(struct vm *v, uint32_t to, uint32_t node)
{
	struct pickle *p = v->p;
	struct pickle_node *c = &p->node[to];
	uint32_t item = (uint32_t)p->items;

	if (p->items >= PICKLE_NODES)
		return vm_fail(v, "more than %d items", PICKLE_NODES);
	p->item = xgrow(p->item, p->items, &p->item_cap, sizeof(*p->item));
	p->item[p->items++] = (struct pickle_item){.node = node};
	if (c->count++)
		p->item[c->last].next = item;
	else
		c->first = item;
	c->last = item;
	return 0;
}

int vm_move_items(struct vm *v, uint32_t to, size_t from)
{
	int rc = 0;

	for (size_t i = from; i < v->depth && rc == 0; i++)
		rc = append(v, to, v->stack[i]);
	v->depth = from;
	return rc;
}

static int run(struct vm *v)
{
	enum { PROTO = 0x80, STOP = '.' };
	const struct operation *o;
	int rc;

	if (v->n == 0 || v->s[0] != PROTO)
		return vm_fail(v, "it does not begin with a protocol number");
	for (;; v->ops++) {
		v->at = v->i;
		if (v->i == v->n)
			return vm_fail(v, "the pickle is cut short");
		if (v->s[v->i] == STOP)
			break;
		o = pickle_operation(v->s[v->i++]);
		if (!o->run)
			return vm_fail(
			    v, "operation %s (0x%02x) is not allowed",
			    o->name ? o->name : "without a name", v->s[v->at]);
		rc = o->run(v, o->arg);
		if (rc < 0)
			return rc;
	}
	v->i++;
	if (v->depth != 1 || v->marks)
		return vm_fail(v, "it ends with %zu values instead of one",
			       v->depth);
	v->p->root = v->stack[0];
	return 0;
}

int pickle_parse(struct pickle *p, const unsigned char *data, size_t n,
		 size_t *used, const char *what, struct err *err)
{
	struct vm v = {.p = p, .s = data, .what = what, .err = err};
	int rc;

	*p = (struct pickle){.items = 1};
	p->item = xgrow(NULL, 0, &p->item_cap, sizeof(*p->item));
	v.n = MIN(n, (size_t)PICKLE_BYTES);
	rc = run(&v);
	*used = v.i;
	free(v.stack);
	free(v.memo);
	if (rc < 0)
		pickle_release(p);
	return rc;
}

void pickle_release(struct pickle *p)
{
	free(p->node);
	free(p->item);
	*p = (struct pickle){0};
}

const struct pickle_node *pickle_item(const struct pickle *p,
				      const struct pickle_node *n, uint32_t i)
{
	uint32_t at = n->first;

	if (i >= n->count)
		return NULL;
	while (i--)
		at = p->item[at].next;
	return &p->node[p->item[at].node];
}

const struct pickle_node *pickle_get(const struct pickle *p,
				     const struct pickle_node *dict,
				     const char *key)
{
	const struct pickle_node *k, *found = NULL;
	const struct pickle_item *it;

	for (uint32_t i = dict->count ? dict->first : 0; i;) {
		it = &p->item[i];
		k = &p->node[it->node];
		it = &p->item[it->next];
		if (k->kind == PICKLE_STR && span_eq(pickle_str(k), key))
			found = &p->node[it->node];
		i = it->next;
	}
	return found;
}

struct span pickle_str(const struct pickle_node *n)
{
	return (struct span){n->s, n->count};
}

bool pickle_storage_dtype(const struct pickle_node *n, enum dtype *d)
{
	if (n->kind != PICKLE_SYMBOL || symbols[n->i].role != STORAGE)
		return false;
	*d = symbols[n->i].dtype;
	return true;
}
