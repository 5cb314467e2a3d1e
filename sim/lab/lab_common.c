/* SPDX-License-Identifier: BSD-3-Clause */
/* What all stages of a lab stand on. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "analyze/base/datadir.h"
#include "sim/host/network.h"
#include "sim/lab/lab_private.h"
#include "traffic/frame.h"

void lab_say(struct lab *l, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (l->cfg.say != NULL)
		l->cfg.say(l->cfg.arg, text);
}

char *lab_mac(const struct lab *l, uint32_t guest)
{
	uint8_t mac[6];

	frame_guest_mac(l->base_mac, guest, mac);
	return frame_mac_format(mac);
}

char *lab_program(const struct testbed_server *s, const char *name)
{
	char *here;

	if (s->tsim_dir != NULL)
		return g_build_filename(s->tsim_dir, "bin", name, NULL);
	here = g_str_equal(s->fqdn, "localhost") ? datadir_program(name) : NULL;
	return here != NULL ? here : g_strdup(name);
}

char *lab_insert_number(const char *text, const char *at, uint32_t guest)
{
	int head = at == NULL ? (int)strlen(text) : (int)(at - text);

	return g_strdup_printf("%.*s%u%s", head, text, guest, text + head);
}

char *lab_numbered_path(const char *path, uint32_t guest)
{
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');

	return lab_insert_number(path, slash != NULL && dot < slash ? NULL : dot, guest);
}

const char *lab_qemu_folder(const struct lab *l, const struct setup *s)
{
	const struct testbed *t = l->cfg.testbed;
	const char *own = lab_devices_process(s) != NULL && t->vmux_qemu_path[0] != '\0'
				  ? t->vmux_qemu_path
				  : t->qemu_path;

	return s->qemu_path[0] != '\0' ? s->qemu_path : own;
}

char *lab_host_interface(const struct lab *l)
{
	if (setup_has(&l->setup, SETUP_BRIDGE))
		return g_strdup(l->cfg.testbed->test_bridge);
	if (setup_has(&l->setup, SETUP_MACVTAP))
		return network_numbered(l->cfg.testbed->test_macvtap, 0);
	return g_strdup(l->wire);
}

void lab_lead_group(gpointer parent)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	if (getppid() != GPOINTER_TO_INT(parent))
		_exit(1);
}
