dist_man_MANS += man/umie.1 man/umie-formats.5
