/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/ssh_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/error.h"

enum { TIMEOUT_MS = 10000, KEEPALIVE_S = 15, KEEPALIVE_PROBES = 4, MOMENT_MS = 20 };

G_GNUC_PRINTF(3, 4)
static gboolean refuse_link(
	const struct server_ssh_cfg *cfg, GError **error, const char *format, ...)
{
	g_autofree char *why = NULL;
	va_list args;

	va_start(args, format);
	why = g_strdup_vprintf(format, args);
	va_end(args);
	return sim_fail(error, SIM_ERROR_SERVER, "%s: %s: %s", cfg->name, cfg->address, why);
}

/* USER@NAME, [ADDRESS]:PORT, and both. user and port are NULL if not said. FALSE: malformed. */
static gboolean split_address(const char *address, char **user, char **host, char **port)
{
	const char *at = strrchr(address, '@'), *end;

	*user = at == NULL ? NULL : g_strndup(address, (gsize)(at - address));
	at = at == NULL ? address : at + 1;
	*port = NULL;
	if (*at != '[') {
		*host = g_strdup(at);
		return *at != '\0' && (*user == NULL || **user != '\0');
	}
	end = strchr(at, ']');
	*host = end == NULL ? NULL : g_strndup(at + 1, (gsize)(end - at - 1));
	if (*host == NULL || **host == '\0')
		return FALSE;
	if (end[1] == ':')
		*port = g_strdup(end + 2);
	return end[1] == '\0' || (end[1] == ':' && end[2] != '\0');
}

static gboolean set_timeout(ssh_session session, unsigned timeout_ms)
{
	long s = (timeout_ms == 0 ? TIMEOUT_MS : timeout_ms) / 1000;
	long us = (timeout_ms == 0 ? 0 : timeout_ms % 1000) * 1000L;

	return ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &s) == SSH_OK &&
	       ssh_options_set(session, SSH_OPTIONS_TIMEOUT_USEC, &us) == SSH_OK;
}

static gboolean set_text(ssh_session session, enum ssh_options_e option, const char *value)
{
	return value == NULL || ssh_options_set(session, option, value) == SSH_OK;
}

/* What the caller says comes after the file, and wins. */
static gboolean set_options(ssh_session session, const struct server_ssh_cfg *cfg, GError **error)
{
	g_autofree char *user = NULL, *host = NULL, *port = NULL;
	int no = 0;

	if (!split_address(cfg->address, &user, &host, &port))
		return refuse_link(
			cfg, error, "invalid address; expected NAME, USER@NAME or [ADDRESS]:PORT");
	if (cfg->config != NULL && access(cfg->config, R_OK) != 0)
		return refuse_link(
			cfg, error, "cannot read SSH configuration file %s", cfg->config);
	if (set_text(session, SSH_OPTIONS_HOST, host) &&
		ssh_options_parse_config(session, cfg->config) == SSH_OK &&
		ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no) == SSH_OK &&
		set_text(session, SSH_OPTIONS_USER, user) &&
		set_text(session, SSH_OPTIONS_PORT_STR, port) &&
		set_text(session, SSH_OPTIONS_KNOWNHOSTS, cfg->known_hosts) &&
		set_timeout(session, cfg->timeout_ms))
		return TRUE;
	/* libssh refuses some names without a word. */
	if (*ssh_get_error(session) == '\0')
		return refuse_link(
			cfg, error, "invalid address; expected NAME, USER@NAME or [ADDRESS]:PORT");
	return refuse_link(cfg, error, "%s", ssh_get_error(session));
}

/* A peer that is gone without a word is noticed, idle or not. A proxy's pipe has no such options. */
static void keep_alive(ssh_session session)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, KEEPALIVE_S * KEEPALIVE_PROBES * 1000 },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(options); i++)
		(void)setsockopt(ssh_get_fd(session), options[i].level, options[i].name,
			&options[i].value, sizeof(options[i].value));
}

static char *host_key_text(ssh_session session)
{
	unsigned char *hash = NULL;
	char *said, *text;
	ssh_key key = NULL;
	size_t len;

	if (ssh_get_server_publickey(session, &key) != SSH_OK)
		return g_strdup("?");
	if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &len) != 0) {
		ssh_key_free(key);
		return g_strdup("?");
	}
	said = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, len);
	text = g_strdup_printf("%s %s", ssh_key_type_to_char(ssh_key_type(key)), said);
	ssh_string_free_char(said);
	ssh_clean_pubkey_hash(&hash);
	ssh_key_free(key);
	return text;
}

static char *option_of(ssh_session session, enum ssh_options_e option, const char *otherwise)
{
	char *value = NULL, *copy;

	if (ssh_options_get(session, option, &value) != SSH_OK || value == NULL)
		return g_strdup(otherwise);
	copy = g_strdup(value);
	ssh_string_free_char(value);
	return copy;
}

static gboolean check_host(ssh_session session, const struct server_ssh_cfg *cfg, GError **error)
{
	g_autofree char *file = option_of(session, SSH_OPTIONS_KNOWNHOSTS, "~/.ssh/known_hosts");
	g_autofree char *host = option_of(session, SSH_OPTIONS_HOST, cfg->address);
	g_autofree char *key = host_key_text(session);
	unsigned port = 22;

	(void)ssh_options_get_port(session, &port);
	switch (ssh_session_is_known_server(session)) {
	case SSH_KNOWN_HOSTS_OK:
		return TRUE;
	case SSH_KNOWN_HOSTS_CHANGED:
	case SSH_KNOWN_HOSTS_OTHER:
		return refuse_link(cfg, error,
			"host key %s differs from the one in %s: possible man in the middle; if "
			"the change is legitimate: ssh-keygen -R '[%s]:%u' -f '%s', then "
			"ssh-keyscan -p %u %s >>'%s'",
			key, file, host, port, file, port, host, file);
	case SSH_KNOWN_HOSTS_NOT_FOUND:
	case SSH_KNOWN_HOSTS_UNKNOWN:
		return refuse_link(cfg, error,
			"host key %s is not in %s: verify it, then: ssh-keyscan -p %u %s >>'%s'",
			key, file, port, host, file);
	case SSH_KNOWN_HOSTS_ERROR:
		return refuse_link(cfg, error, "cannot check the host key against %s: %s", file,
			ssh_get_error(session));
	}
	return refuse_link(cfg, error, "unknown host key");
}

/* Without it OpenSSL asks on the terminal. */
static int no_passphrase(
	const char *prompt, char *buf, size_t len, int echo, int verify, void *unused)
{
	(void)prompt;
	(void)buf;
	(void)len;
	(void)echo;
	(void)verify;
	(void)unused;
	return -1;
}

/* What may be wrong beside the key. Newly allocated. */
static char *refused_root(ssh_session session)
{
	g_autofree char *user = option_of(session, SSH_OPTIONS_USER, "");

	return g_strdup(g_str_equal(user, "root")
				? "; if sshd refuses root (PermitRootLogin no), log in as "
				  "another user and set ssh_as_root = true"
				: "");
}

static gboolean log_in_by_file(
	ssh_session session, const struct server_ssh_cfg *cfg, GError **error)
{
	g_autofree char *root = refused_root(session);
	ssh_key key = NULL;
	int rc = ssh_pki_import_privkey_file(cfg->identity, NULL, no_passphrase, NULL, &key);

	if (rc != SSH_OK)
		return refuse_link(cfg, error, "key file %s %s", cfg->identity,
			rc == SSH_EOF ? "cannot be read"
				      : "is invalid or has a passphrase: add it with ssh-add, "
					"and set no key file");
	rc = ssh_userauth_publickey(session, NULL, key);
	ssh_key_free(key);
	return rc == SSH_AUTH_SUCCESS ||
	       refuse_link(cfg, error,
		       "key %s rejected: %s; check that its .pub is in ~/.ssh/authorized_keys "
		       "of this user%s",
		       cfg->identity, ssh_get_error(session), root);
}

static gboolean log_in(ssh_session session, const struct server_ssh_cfg *cfg, GError **error)
{
	g_autofree char *root = refused_root(session);

	if (cfg->identity != NULL)
		return log_in_by_file(session, cfg, error);
	return ssh_userauth_publickey_auto(session, NULL, NULL) == SSH_AUTH_SUCCESS ||
	       refuse_link(cfg, error,
		       "all keys rejected: %s; use ssh-copy-id or ssh-add, or set a key file%s",
		       ssh_get_error(session), root);
}

static gboolean reach_server(ssh_session session, const struct server_ssh_cfg *cfg, GError **error)
{
	return ssh_connect(session) == SSH_OK ||
	       refuse_link(cfg, error, "cannot connect: %s; check address, port and sshd",
		       ssh_get_error(session));
}

struct ssh_link *ssh_link_new(const struct server_ssh_cfg *cfg, GError **error)
{
	struct ssh_link *k = g_new0(struct ssh_link, 1);

	k->refs = 1;
	k->session = ssh_new();
	if (k->session == NULL) {
		refuse_link(cfg, error, "ssh_new failed");
		g_free(k);
		return NULL;
	}
	k->callbacks.auth_function = no_passphrase;
	ssh_callbacks_init(&k->callbacks);
	ssh_set_callbacks(k->session, &k->callbacks);
	if (!set_options(k->session, cfg, error) || !reach_server(k->session, cfg, error) ||
		!check_host(k->session, cfg, error) || !log_in(k->session, cfg, error)) {
		ssh_link_unref(k);
		return NULL;
	}
	keep_alive(k->session);
	ssh_set_blocking(k->session, 0);
	k->event = ssh_event_new();
	ssh_event_add_session(k->event, k->session);
	return k;
}

struct ssh_link *ssh_link_ref(struct ssh_link *k)
{
	k->refs++;
	return k;
}

void ssh_link_unref(struct ssh_link *k)
{
	if (k == NULL || --k->refs > 0)
		return;
	if (k->event != NULL)
		ssh_event_free(k->event);
	ssh_disconnect(k->session);
	ssh_free(k->session);
	g_free(k);
}

gboolean ssh_link_wait(struct ssh_link *k, gint64 until_us)
{
	gint64 left_ms = (until_us - g_get_monotonic_time() + 999) / 1000;

	if (left_ms <= 0)
		return FALSE;
	return ssh_event_dopoll(k->event, (int)MIN(left_ms, MOMENT_MS)) != SSH_ERROR &&
	       ssh_link_is_up(k);
}

gboolean ssh_link_is_up(const struct ssh_link *k)
{
	return ssh_is_connected(k->session) != 0;
}
