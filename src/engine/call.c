#include "src/engine/call.h"

#include <stdlib.h>

void call_free(struct call *c)
{
	if (c)
		c->free(c);
}

int call_run(struct call *c, const struct call_site *at,
	     void (*tell)(void *context, void *news, int last), void *context,
	     struct err *err)
{
	int rc;

	do {
		void *news = NULL;

		rc = c->slice(c, at, &news, err);
		if (news && rc >= 0)
			tell(context, news, rc == 0);
		else if (news)
			c->free_news(news);
	} while (rc > 0);
	call_free(c);
	return rc;
}
