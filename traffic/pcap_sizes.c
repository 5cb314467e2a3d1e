/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/pcap_sizes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "analyze/base/error.h"
#include "analyze/base/text.h"
#include "traffic/capture_reader.h"

enum { NONE, MAC, IPV4, IPV6 };
enum { RANGES_MAX = 8, VLAN_TAGS_MAX = 3, MAC_LEN = 6, IPV4_LEN = 4, IPV6_LEN = 16 };

static const uint64_t ns_per_s = 1000000000;

struct reader {
	pcap_sizes *s;
	const struct pcap_sizes_options *options;
	GHashTable *by_address; /* struct pcap_sizes_address * -> struct pcap_sizes_host * */
	struct pcap_sizes_host *last;
};

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct pcap_sizes_address)) == 0;
}

/* FNV-1a, 32 bits: draft-eastlake-fnv. */
static guint address_hash(gconstpointer key)
{
	const uint8_t *byte = key;
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < sizeof(struct pcap_sizes_address); i++)
		h = (h ^ byte[i]) * 16777619U;
	return h;
}

static char *address_name(const struct pcap_sizes_address *a)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (a->kind == MAC)
		return frame_mac_format(a->byte);
	if (a->kind != NONE)
		(void)inet_ntop(a->kind == IPV4 ? AF_INET : AF_INET6, a->byte, text, sizeof(text));
	return g_strdup(text);
}

static gboolean address_parse(const char *text, struct pcap_sizes_address *a)
{
	*a = (struct pcap_sizes_address){ .kind = MAC };
	if (frame_mac_parse(text, a->byte, NULL))
		return TRUE;
	memset(a, 0, sizeof(*a));
	a->kind = inet_pton(AF_INET, text, a->byte) == 1    ? IPV4
		  : inet_pton(AF_INET6, text, a->byte) == 1 ? IPV6
							    : NONE;
	return a->kind != NONE;
}

gboolean pcap_sizes_direction(const char *text, struct pcap_sizes_options *o, GError **error)
{
	const char *colon = strrchr(text, ':');
	g_autofree char *host = colon != NULL ? g_strndup(text, (gsize)(colon - text)) : NULL;
	struct pcap_sizes_address a;

	if (colon == NULL || (strcmp(colon, ":in") != 0 && strcmp(colon, ":out") != 0))
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"--direction: '%s' does not end with :in or :out; use "
			"52:54:00:fa:00:60:out for frames sent by that host, 198.18.0.1:in for "
			"frames it got",
			text_quote(text).text);
	if (!address_parse(host, &a))
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"--direction: '%s' does not begin with a MAC, IPv4 or IPv6 address; "
			"expected 52:54:00:fa:00:60:out or 198.18.0.1:in",
			text_quote(text).text);
	o->host = a;
	o->in = strcmp(colon, ":in") == 0;
	g_free(o->direction);
	o->direction = g_strdup(text);
	return TRUE;
}

/*
 * Address of the Ethernet frame of which len bytes are there. FALSE if what was captured ends
 * before it; kind is NONE where the frame has none.
 */
static gboolean find_ip(
	const uint8_t *data, uint32_t len, gboolean source, struct pcap_sizes_address *out)
{
	enum {
		VLAN = 0x8100,
		SERVICE_VLAN = 0x88a8,
		OLD_VLAN = 0x9100,
		IP4 = 0x0800,
		IP6 = 0x86dd
	};
	uint32_t at = 2 * MAC_LEN, field;
	uint32_t type = 0;

	for (int i = 0; i <= VLAN_TAGS_MAX; i++, at += 4) {
		if (len < at + 2)
			return FALSE;
		type = frame_get_be16(data + at);
		if (type != VLAN && type != SERVICE_VLAN && type != OLD_VLAN)
			break;
	}
	at += 2;
	if (type != IP4 && type != IP6)
		return TRUE;
	field = type == IP4 ? at + (source ? 12 : 16) : at + (source ? 8 : 24);
	if (len < field + (type == IP4 ? IPV4_LEN : IPV6_LEN))
		return FALSE;
	if (data[at] >> 4 != (type == IP4 ? 4 : 6))
		return TRUE;
	out->kind = type == IP4 ? IPV4 : IPV6;
	memcpy(out->byte, data + field, type == IP4 ? IPV4_LEN : IPV6_LEN);
	return TRUE;
}

/* The same of any kind that has addresses. */
static gboolean find_address(const struct capture_frame *f, gboolean mac, gboolean source,
	struct pcap_sizes_address *out)
{
	memset(out, 0, sizeof(*out));
	if (!mac)
		return find_ip(f->data, f->data_len, source, out);
	if (f->data_len < 2 * MAC_LEN)
		return FALSE;
	out->kind = MAC;
	memcpy(out->byte, f->data + (source ? MAC_LEN : 0), MAC_LEN);
	return TRUE;
}

static void host_free(gpointer data)
{
	struct pcap_sizes_host *h = data;

	g_hash_table_unref(h->counts);
	g_free(h->name);
	g_free(h);
}

/* NULL if there are too many. */
static struct pcap_sizes_host *find_host(struct reader *r, const struct pcap_sizes_address *a)
{
	struct pcap_sizes_host *h = r->last;

	if (h != NULL && address_equal(&h->address, a))
		return h;
	h = g_hash_table_lookup(r->by_address, a);
	if (h == NULL && r->s->hosts->len < PCAP_SIZES_HOSTS_MAX) {
		h = g_new0(struct pcap_sizes_host, 1);
		h->address = *a;
		h->name = address_name(a);
		h->counts = g_hash_table_new(g_direct_hash, g_direct_equal);
		g_ptr_array_add(r->s->hosts, h);
		g_hash_table_insert(r->by_address, &h->address, h);
	}
	r->last = h;
	return h;
}

static void count_frame(pcap_sizes *s, struct pcap_sizes_host *h, const struct capture_frame *f)
{
	gpointer key = GUINT_TO_POINTER(f->frame_len);
	gsize before = GPOINTER_TO_SIZE(g_hash_table_lookup(h->counts, key));

	g_hash_table_insert(h->counts, key, GSIZE_TO_POINTER(before + 1));
	s->nb_padded += f->wire_len < FRAME_LEN_MIN;
	s->nb_long += f->wire_len > FRAME_LEN_MAX;
	s->frames++;
	h->frames++;
	h->bytes += f->frame_len;
}

static gboolean add_frame(const struct capture_frame *f, void *user, GError **error)
{
	struct reader *r = user;
	pcap_sizes *s = r->s;
	const struct pcap_sizes_options *o = r->options;
	struct pcap_sizes_address asked, source = { 0 };
	struct pcap_sizes_host *h;

	if (s->captured++ == 0)
		s->first_ns = s->least_ns = s->most_ns = f->at_ns;
	s->least_ns = MIN(s->least_ns, f->at_ns);
	s->most_ns = MAX(s->most_ns, f->at_ns);
	if (o->host.kind != NONE) {
		if (!find_address(f, o->host.kind == MAC, !o->in, &asked)) {
			s->nb_cut++;
			return TRUE;
		}
		if (!address_equal(&asked, &o->host))
			return TRUE;
	}
	if (o->by != PCAP_SIZES_ALL && !find_address(f, o->by == PCAP_SIZES_BY_MAC, TRUE, &source))
		s->nb_cut++;
	h = find_host(r, &source);
	if (h == NULL)
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: more than %d sending hosts; select one with --direction HOST:out, "
			"or omit --by",
			s->path, PCAP_SIZES_HOSTS_MAX);
	count_frame(s, h, f);
	return TRUE;
}

static int compare_hosts(gconstpointer a, gconstpointer b)
{
	const struct pcap_sizes_host *x = *(struct pcap_sizes_host *const *)a;
	const struct pcap_sizes_host *y = *(struct pcap_sizes_host *const *)b;

	if (x->frames != y->frames)
		return x->frames > y->frames ? -1 : 1;
	return memcmp(&x->address, &y->address, sizeof(x->address));
}

pcap_sizes *pcap_sizes_parse(const char *name, const void *data, size_t len,
	const struct pcap_sizes_options *options, GError **error)
{
	g_autoptr(pcap_sizes) s = g_new0(pcap_sizes, 1);
	g_autoptr(GHashTable) by_address = g_hash_table_new(address_hash, address_equal);
	struct reader r = { .s = s, .options = options, .by_address = by_address };

	s->path = g_filename_display_name(name);
	s->direction = g_strdup(options->direction);
	s->hosts = g_ptr_array_new_with_free_func(host_free);
	if (!capture_each(name, data, len, add_frame, &r, error))
		return NULL;
	if (s->frames > 0) {
		g_ptr_array_sort(s->hosts, compare_hosts);
		return g_steal_pointer(&s);
	}
	if (s->captured == 0)
		return input_null(error, INPUT_ERROR_RANGE, "%s: no frames", s->path);
	return input_null(error, INPUT_ERROR_RANGE,
		"%s: none of %" PRIu64
		" frames matches --direction %s%s; '--by host' and '--by ip' list the senders",
		s->path, s->captured, s->direction,
		s->nb_cut > 0 ? " (captured length too short to identify the host)" : "");
}

pcap_sizes *pcap_sizes_open(
	const char *path, const struct pcap_sizes_options *options, GError **error)
{
	return pcap_sizes_parse(path, NULL, 0, options, error);
}

void pcap_sizes_free(pcap_sizes *s)
{
	if (s == NULL)
		return;
	g_ptr_array_unref(s->hosts);
	g_free(s->path);
	g_free(s->direction);
	g_free(s);
}

/* A row of the profile. */
struct row {
	guint lo, hi;
	uint64_t frames;
};

static int by_length(gconstpointer a, gconstpointer b)
{
	const struct row *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static int by_frames(gconstpointer a, gconstpointer b)
{
	const struct row *x = a, *y = b;

	if (x->frames != y->frames)
		return x->frames > y->frames ? -1 : 1;
	return by_length(a, b);
}

/* Every length on its own, the most frequent first. */
static GArray *list_lengths(const struct pcap_sizes_host *h)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct row));
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, h->counts);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		guint len = GPOINTER_TO_UINT(key);
		struct row row = { len, len, GPOINTER_TO_SIZE(value) };

		g_array_append_val(rows, row);
	}
	g_array_sort(rows, by_frames);
	return rows;
}

/* The lengths after the first nb_exact, in nb_ranges rows (there are more lengths than that). */
static void join_rest(GArray *rows, guint nb_exact, guint nb_ranges)
{
	struct row *rest = &g_array_index(rows, struct row, nb_exact);
	guint nb = rows->len - nb_exact, used = 0;
	uint64_t left = 0, want = 0;

	qsort(rest, nb, sizeof(*rest), by_length);
	for (guint i = 0; i < nb; i++)
		left += rest[i].frames;
	for (guint i = 0; i < nb; i++) {
		struct row next = rest[i];
		gboolean full = used == 0 || rest[used - 1].frames >= want;

		/* Each range that is left gets its share of what is left, and at least a length. */
		if (used < nb_ranges && (full || nb - i == nb_ranges - used)) {
			want = left / (nb_ranges - used);
			rest[used++] = next;
		} else {
			rest[used - 1].hi = next.hi;
			rest[used - 1].frames += next.frames;
		}
		left -= next.frames;
	}
	g_array_set_size(rows, nb_exact + used);
}

static void append_head(GString *to, const pcap_sizes *s, const struct pcap_sizes_host *h)
{
	g_autofree char *base = g_path_get_basename(s->path);
	g_autoptr(GDateTime)
		first = g_date_time_new_from_unix_utc((gint64)(s->first_ns / ns_per_s));
	g_autofree char *date = g_date_time_format(first, "%Y-%m-%dT%H:%M:%S");
	uint64_t span = s->most_ns - s->least_ns;

	g_string_append_printf(to, "# title: Frame lengths of %s%s%s%s%s\n", text_quote(base).text,
		h->name[0] != '\0' ? ", sent by " : "", h->name, s->direction != NULL ? ", " : "",
		s->direction != NULL ? s->direction : "");
	g_string_append(to, "# unit: frame\n# weight: packets\n# mode: random\n");
	g_string_append_printf(to,
		"# source: %s, %" PRIu64 " frames in %" PRIu64 ".%09" PRIu64
		" s, the first at %s.%09" PRIu64 "Z; %" PRIu64 " of them in this file\n",
		text_quote(base).text, s->captured, span / ns_per_s, span % ns_per_s, date,
		s->first_ns % ns_per_s, h->frames);
}

static void append_notes(
	GString *to, const struct pcap_sizes_host *h, guint nb_lengths, guint nb_exact, double mean)
{
	double captured = (double)h->bytes / (double)h->frames;

	g_string_append(to,
		"## Weights: frames. Lengths: with FCS (added, as captures omit it), padded to "
		"64.\n");
	if (nb_exact == nb_lengths)
		g_string_append_printf(
			to, "## All %u lengths; mean %.2f bytes.\n", nb_lengths, captured);
	else
		g_string_append_printf(to,
			"## The %u most frequent of %u lengths, the others in ranges. Mean %.2f "
			"bytes; %.2f if all lengths of a range are equally likely.\n",
			nb_exact, nb_lengths, captured, mean);
}

char *pcap_sizes_profile(
	const pcap_sizes *s, const struct pcap_sizes_host *h, unsigned nb_classes, double *mean_len)
{
	g_autoptr(GArray) rows = list_lengths(h);
	guint nb_lengths = rows->len, nb_exact = nb_lengths;
	GString *text = g_string_new(NULL);
	double mean = 0;

	g_assert(nb_classes >= 1 && nb_classes <= PCAP_SIZES_CLASSES);
	if (nb_lengths > nb_classes) {
		guint nb_ranges = MIN(RANGES_MAX, (nb_classes + 1) / 2);

		nb_exact = nb_classes - nb_ranges;
		join_rest(rows, nb_exact, nb_ranges);
	}
	g_array_sort(rows, by_length);
	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = &g_array_index(rows, struct row, i);

		mean += 0.5 * (row->lo + row->hi) * (double)row->frames / (double)h->frames;
	}
	append_head(text, s, h);
	append_notes(text, h, nb_lengths, nb_exact, mean);
	g_string_append(text, "size,weight\n");
	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = &g_array_index(rows, struct row, i);

		g_string_append_printf(text, row->lo == row->hi ? "%u" : "%u-%u", row->lo, row->hi);
		g_string_append_printf(text, ",%" PRIu64 "\n", row->frames);
	}
	if (mean_len != NULL)
		*mean_len = mean;
	return g_string_free(text, FALSE);
}
