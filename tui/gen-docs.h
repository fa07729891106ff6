/*
 * gen-docs -- what the parts of that program print on standard output.
 */
#ifndef UMIE_TUI_GEN_DOCS_H
#define UMIE_TUI_GEN_DOCS_H

/* The completion of one shell. */
void gen_bash(void);
void gen_zsh(void);
void gen_fish(void);

#endif
