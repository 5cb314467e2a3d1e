/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What testbed_net.sh runs: makes, through the journal, what a local testbed of two guests has.
 *	testbed_net make|make-hold|again|undo|peek
 * Things of a dead one are undone first, but by "again", which goes on with them, and undoes all if
 * that fails. It says "made N" now and then, and "all" in the end; make-hold then waits to be killed.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/host/journal.h"
#include "sim/host/network.h"

static gboolean fail_with(const GError *error)
{
	fprintf(stderr, "%s\n", error == NULL ? "failed" : error->message);
	return FALSE;
}

static void say(struct journal *j)
{
	printf("made %u\n", journal_mark(j));
	fflush(stdout);
}

static gboolean wire(struct journal *j, GError **error)
{
	const char *const sleeper[] = { "sleep", "1000", NULL };

	if (!network_netns(j, "tt-gen", error) || !network_netns(j, "tt-host", error))
		return FALSE;
	say(j);
	if (!network_veth(j, "tt-gen", "wire-gen", "tt-host", "wire-host", error))
		return FALSE;
	say(j);
	return network_bridge(j, "tt-host", "tt-br", error) &&
	       network_address(j, "tt-host", "tt-br", "10.1.0.1/24", error) &&
	       network_enslave(j, "tt-host", "wire-host", "tt-br", error) &&
	       network_bridge(j, NULL, "user-br", error) &&
	       journal_start(j, "tt-sleep", "tt-host", sleeper, error);
}

static gboolean guest(struct journal *j, uint32_t i, GError **error)
{
	g_autofree char *tap = network_numbered("tt-tap", i);
	g_autofree char *macvtap = network_numbered("tt-mv", i);
	g_autofree char *mac = g_strdup_printf("52:54:00:fa:00:6%u", i);
	g_autofree char *device = NULL;

	if (!network_tap(j, "tt-host", tap, 1, error) ||
		!network_enslave(j, "tt-host", tap, "tt-br", error) ||
		!network_fdb(j, "tt-host", tap, mac, error))
		return FALSE;
	say(j);
	if (!network_macvtap(j, "tt-gen", macvtap, "wire-gen", mac, &device, error))
		return FALSE;
	printf("device %s\n", device);
	say(j);
	return TRUE;
}

static gboolean make(struct journal *j, GError **error)
{
	for (uint32_t i = 0; i < 2; i++)
		if ((i == 0 && !wire(j, error)) || !guest(j, i, error))
			return FALSE;
	return TRUE;
}

/* The second time it is there. */
static gboolean make_again(struct journal *j, GError **error)
{
	guint made = journal_mark(j);

	if (!network_netns(j, "tt-gen", error) ||
		!network_veth(j, "tt-gen", "wire-gen", "tt-host", "wire-host", error) ||
		!network_bridge(j, "tt-host", "tt-br", error) ||
		!network_address(j, "tt-host", "tt-br", "10.1.0.1/24", error) ||
		!network_enslave(j, "tt-host", "wire-host", "tt-br", error) ||
		!network_tap(j, "tt-host", "tt-tap-0", 1, error) ||
		!network_enslave(j, "tt-host", "tt-tap-0", "tt-br", error) ||
		!network_fdb(j, "tt-host", "tt-tap-0", "52:54:00:fa:00:60", error))
		return FALSE;
	if (journal_mark(j) != made)
		fprintf(stderr, "what was there was made again\n");
	return journal_mark(j) == made;
}

static int peek(struct server *s)
{
	g_autofree char *holder = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) list = journal_peek(s, &holder, &error);

	if (list == NULL)
		return fail_with(error) ? 0 : 1;
	printf("holder %s\n", holder == NULL ? "none" : holder);
	for (char **l = list; *l != NULL; l++)
		printf("%s\n", *l);
	return 0;
}

static gboolean act(struct journal *j, const char *deed, gboolean left, GError **error)
{
	if (g_str_equal(deed, "again")) {
		if (make_again(j, error))
			return TRUE;
		journal_undo(j, 0, NULL);
		return FALSE;
	}
	printf(left ? "left\n" : "clean\n");
	if (left && !journal_undo(j, 0, error))
		return FALSE;
	if (g_str_equal(deed, "undo"))
		return TRUE;
	if (!make(j, error) || !make_again(j, error))
		return FALSE;
	printf("all\n");
	fflush(stdout);
	if (g_str_equal(deed, "make-hold"))
		pause();
	return TRUE;
}

int main(int argc, char **argv)
{
	struct server *s = server_new_local("host");
	const char *deed = argc > 1 ? argv[1] : "undo";
	g_autoptr(GError) error = NULL;
	struct journal *j = NULL;
	gboolean left = FALSE, done;
	int status = 0;

	if (g_str_equal(deed, "peek")) {
		status = peek(s);
	} else {
		j = journal_open(s, &left, &error);
		done = j != NULL && act(j, deed, left, &error);
		status = done || fail_with(error) ? 0 : 1;
		journal_close(j);
	}
	server_free(s);
	return status;
}
