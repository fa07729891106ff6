/*
 * run_lines -- the log of a short invented run, for tests.
 */
#ifndef UMIE_TESTS_RUN_LINES_H
#define UMIE_TESTS_RUN_LINES_H

#define RUN_RANKS                                                   \
	"\"ranks\":[{\"examples\":4,\"busy\":0.25,\"wait\":0.125}," \
	"{\"examples\":4,\"busy\":0.125,\"wait\":0.25}]}\n"
#define RUN_STEP(step, loss)                                        \
	"{\"step\":" #step ",\"epoch\":0,\"loss\":" #loss           \
	",\"lr\":1e-4,\"grad_norm\":1.5,\"tokens_per_second\":800," \
	"\"seconds\":0.5," RUN_RANKS

#define RUN_LINES                                                              \
	"{\"step\":0,\"run\":{\"started\":\"2025-11-23T14:02:11Z\","           \
	"\"pid\":1,\"init\":\"base\",\"tasks\":[\"mner\"],\"device\":"         \
	"\"cpu\",\"ranks\":2,\"batch\":4,\"epochs\":2,\"total\":6}}"           \
	"\n" RUN_STEP(1, 4) RUN_STEP(2, 3) RUN_STEP(                           \
	    3,                                                                 \
	    2) "{\"step\":3,\"epoch\":0,\"dev_score\":75.5,\"dev\":{"          \
	       "\"tasks\":"                                                    \
	       "{\"mner\":{\"f1\":75.5,\"examples\":40}},\"gate\":{\"means\":" \
	       "{\"mner\":0.39},\"edges\":[0.1,0.5],\"bins\":[2,7,1]}}}\n"     \
	       "{\"step\":3,\"best\":75.5}\n"                                  \
	       "{\"step\":3,\"epoch_done\":0,\"mean_loss\":3}\n"               \
	       "{\"step\":3,\"saved\":true}\n"

#endif
