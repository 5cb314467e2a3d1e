/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/csv.h"
#include "analyze/base/file.h"
#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/trial/label_lock.h"
#include "sim/matrix/matrix_private.h"

enum { PAUSE_US = 100000 };

struct run {
	struct matrix *m;
	const struct matrix_ops *ops;
	unsigned retries;
	struct matrix_outcome *outcome;
	GPtrArray *locks; /* file_lock: of directories */
	gint64 started_us;
	double estimated_s; /* of what was done since */
	gboolean stands;    /* the set-up of the last trial */
	const struct setup *setup;
	const struct setup *given_up; /* it could not be built, by as many attempts as there are */
	char *given_up_why;
};

G_GNUC_PRINTF(2, 3) static void say_format(const struct run *r, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	r->ops->say(r->ops->arg, text);
}

static gboolean is_stopped(const struct run *r)
{
	return r->ops->interrupted(r->ops->arg);
}

static gboolean lock_folders(struct run *r, GError **error)
{
	struct label_lock_cfg cfg = { .remedy = "wait for it, or use another outputdir",
		.say = r->ops->say,
		.arg = r->ops->arg };
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < r->m->trials->len; i++) {
		struct matrix_trial *t = r->m->trials->pdata[i];

		file_lock *lock;

		cfg.dir = t->dir;
		if (!g_hash_table_add(seen, t->dir))
			continue;
		if (!label_lock_take(&cfg, &lock, error))
			return FALSE;
		if (lock != NULL)
			g_ptr_array_add(r->locks, lock);
	}
	return TRUE;
}

/* All of text behind what is there, or nothing of it: half a line would spoil the next one. */
static gboolean append_durably(int fd, const GString *text)
{
	off_t end = lseek(fd, 0, SEEK_END);
	ssize_t n = end < 0 ? -1 : write(fd, text->str, text->len);

	if (n == (ssize_t)text->len)
		return fsync(fd) == 0;
	if (n >= 0)
		errno = ftruncate(fd, end) == 0 ? ENOSPC : errno;
	return FALSE;
}

/* A line of failed.csv: what is not recorded is at least said. */
static void record_failure(
	const struct run *r, const struct matrix_trial *t, unsigned attempt, const char *reason)
{
	g_autofree char *path = g_build_filename(t->dir, "failed.csv", NULL);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format_iso8601(now);
	g_autofree char *name = g_strdup_printf("%s_rep%u", t->infix, t->params.repetition);
	g_autofree char *nth = g_strdup_printf("%u", attempt);
	g_autofree char *one_line = g_strdelimit(g_strdup(reason), "\n\r", ' ');
	g_autoptr(GString) line = g_string_new(NULL);
	int fd = g_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) == 0)
		g_string_append(line, "time,trial,attempt,reason\n");
	csv_append(line, time, ',');
	csv_append(line, name, ',');
	csv_append(line, nth, ',');
	csv_append(line, one_line, '\n');
	if (fd < 0 || !append_durably(fd, line))
		say_format(r, "%s: cannot record the failure: %s", path, g_strerror(errno));
	fd_close(fd);
	say_format(r, "%s failed: %s", name, reason);
}

/* A file alone says little: it is read, and of these parameters. */
static gboolean verify_stored(const struct matrix_trial *t, GError **error)
{
	g_autofree char *why = NULL;

	return matrix_trial_state(t, &why) == TRIAL_DONE ||
	       sim_fail(error, SIM_ERROR_GUEST, "%s", why == NULL ? "no result was written" : why);
}

static gboolean set_up(struct run *r, const struct matrix_trial *t, GError **error)
{
	if (r->stands && setup_differs_at(r->setup, &t->setup) == 7)
		return TRUE;
	r->stands = r->ops->apply(r->ops->arg, &t->setup, error);
	r->setup = &t->setup;
	return r->stands;
}

static void pause_for(const struct run *r, double s)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)(s * 1e6);

	while (g_get_monotonic_time() < until_us && !is_stopped(r))
		g_usleep(PAUSE_US);
}

/* Is it the first of its combination that is run? */
static gboolean is_first(const struct run *r, guint nth)
{
	for (guint i = 0; i < nth; i++)
		if (matrix_same_leaf(r->m->trials->pdata[i], r->m->trials->pdata[nth]))
			return FALSE;
	return TRUE;
}

static gboolean attempt_trial(struct run *r, guint nth, GError **error)
{
	const struct matrix_trial *t = r->m->trials->pdata[nth];

	if (!set_up(r, t, error))
		return FALSE;
	if (t->warm_up_s > 0 && is_first(r, nth) && r->ops->warm_up != NULL &&
		!r->ops->warm_up(r->ops->arg, t, error))
		return FALSE;
	pause_for(r, t->cool_down_s);
	if (is_stopped(r))
		return FALSE;
	return r->ops->trial(r->ops->arg, t, error) && verify_stored(t, error);
}

/* TRUE: measured. */
static gboolean measure_trial(struct run *r, guint nth)
{
	const struct matrix_trial *t = r->m->trials->pdata[nth];

	/* By another one, before the folder was ours. */
	if (verify_stored(t, NULL))
		return TRUE;
	/* Machines that do not start are not waited for once a trial. */
	if (r->given_up != NULL && setup_differs_at(r->given_up, &t->setup) == 7) {
		record_failure(r, t, 0, r->given_up_why);
		return FALSE;
	}
	for (unsigned n = 0; n <= r->retries && !is_stopped(r); n++) {
		gint64 since_us = g_get_real_time();
		g_autoptr(GError) error = NULL;
		g_autofree char *left = NULL;

		if (attempt_trial(r, nth, &error))
			return TRUE;
		/* Whoever is told to stop has not failed. */
		if (is_stopped(r))
			break;
		left = matrix_trial_set_aside(t, since_us);
		if (left != NULL)
			say_format(r, "%s", left);
		record_failure(r, t, n + 1, error == NULL ? "unknown" : error->message);
		if (n == r->retries && !r->stands) {
			r->given_up = &t->setup;
			g_free(r->given_up_why);
			r->given_up_why = g_strdup(error == NULL ? "unknown" : error->message);
		}
		/* Whatever it was, the next one starts with a set-up that is looked at again. */
		r->stands = FALSE;
	}
	return FALSE;
}

static void tell_progress(const struct run *r, guint nth)
{
	const struct matrix_trial *t = r->m->trials->pdata[nth];
	double left_s = 0, passed_s = (double)(g_get_monotonic_time() - r->started_us) / 1e6;

	for (guint i = nth; i < r->m->trials->len; i++)
		left_s += ((struct matrix_trial *)r->m->trials->pdata[i])->estimate_s;
	/* From now on as it went until now. */
	if (r->estimated_s > 0)
		left_s *= passed_s / r->estimated_s;
	say_format(r, "%u of %u, %u failed, about %.0f min left: %s rep %u", nth + 1,
		r->m->trials->len, r->outcome->failed, left_s / 60, t->infix, t->params.repetition);
}

static void run_all(struct run *r)
{
	for (guint i = 0; i < r->m->trials->len && !is_stopped(r); i++) {
		const struct matrix_trial *t = r->m->trials->pdata[i];
		gboolean measured;

		tell_progress(r, i);
		measured = measure_trial(r, i);
		if (!measured && is_stopped(r))
			break;
		*(measured ? &r->outcome->done : &r->outcome->failed) += 1;
		r->estimated_s += t->estimate_s;
	}
	r->outcome->left = r->m->trials->len - r->outcome->done - r->outcome->failed;
}

gboolean matrix_run(struct matrix *m, unsigned retries, const struct matrix_ops *ops,
	struct matrix_outcome *out, GError **error)
{
	struct run r = { .m = m,
		.ops = ops,
		.retries = retries,
		.outcome = out,
		.locks = g_ptr_array_new_with_free_func((GDestroyNotify)file_lock_free),
		.started_us = g_get_monotonic_time() };
	gboolean done;

	*out = (struct matrix_outcome){ .left = m->trials->len };
	done = lock_folders(&r, error);
	if (done)
		run_all(&r);
	g_ptr_array_unref(r.locks);
	g_free(r.given_up_why);
	return done;
}
