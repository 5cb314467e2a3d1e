/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim vfio-user. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/limits.h"
#include "sim/base/stop.h"
#include "sim/commands/commands.h"
#include "sim/device/device.h"
#include "sim/device/virtio_nic.h"
#include "sim/host/setup.h"
#include "traffic/frame.h"

enum {
	DESCRIPTORS_MIN = 32,
	DESCRIPTORS_MAX = 32768,
	REGION_FILES = 32, /* pieces of a guest's memory, which is a file each */
	LOOK_MS = 200,     /* so soon a signal is seen, whenever it comes */
};

struct asked {
	char **devices, **back_ends, *mac;
	int descriptors, queues;
};

static void print_line(const char *text)
{
	fprintf(stderr, "tsim: %s\n", text);
}

static gboolean check_asked(const struct asked *asked, struct device_cfg *cfg, GError **error)
{
	unsigned nb = asked->devices == NULL ? 0 : g_strv_length(asked->devices);
	unsigned nb_back_ends = asked->back_ends == NULL ? 0 : g_strv_length(asked->back_ends);

	if (nb == 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"vfio-user: requires --device and --back-end, once per guest");
	if (nb != nb_back_ends)
		return sim_fail(error, SIM_ERROR_USAGE,
			"vfio-user: expected as many --back-end as --device, got %u and %u",
			nb_back_ends, nb);
	if (nb > SETUP_VFIO_USER_GUESTS_MAX)
		return sim_fail(error, SIM_ERROR_USAGE, "--device: at most %d guests",
			SETUP_VFIO_USER_GUESTS_MAX);
	if ((asked->descriptors & (asked->descriptors - 1)) != 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--descriptors: invalid number %d; expected a power of two",
			asked->descriptors);
	*cfg = (struct device_cfg){ .device_paths = asked->devices,
		.back_end_paths = asked->back_ends,
		.descriptors = (uint16_t)asked->descriptors,
		.pairs = (uint16_t)asked->queues,
		.say = print_line };
	memcpy(cfg->base_mac, frame_guest_base_mac, sizeof(cfg->base_mac));
	return (asked->mac == NULL || frame_mac_parse_unicast(asked->mac, cfg->base_mac, error)) &&
	       frame_guest_macs_check(cfg->base_mac, nb, error) &&
	       limits_raise_files("tsim vfio-user",
		       (uint64_t)nb * (devices_files(cfg->pairs) + REGION_FILES), error);
}

static int serve_devices(void *asked, char **words)
{
	g_autoptr(GError) error = NULL;
	struct device_cfg cfg;
	struct devices *d;

	(void)words;
	if (!check_asked(asked, &cfg, &error))
		return cli_fail("tsim", sim_error_status(error), error);
	stop_catch(STOP_NEVER);
	d = devices_new(&cfg, &error);
	if (d == NULL)
		return cli_fail("tsim", sim_error_status(error), error);
	while (atomic_load(stop_flag()) == 0)
		devices_look(d, LOOK_MS);
	devices_free(d);
	return CLI_DONE;
}

#define ROW(type, member, ...) OPTION_ROW(type, struct asked, member, __VA_ARGS__)

static const struct option_row vfio_user_rows[] = {
	ROW(FILES, devices, "device", 0, "PATH",
		"vfio-user socket to listen on, of a guest (QEMU: vfio-user-pci)"),
	ROW(FILES, back_ends, "back-end", 0, "PATH",
		"vhost-user socket of the same guest: SOCKET_DIR/guest-N.sock of tsim run"),
	ROW(TEXT, mac, "mac", 0, "MAC",
		"MAC address of the first guest; n is added for the nth after it (default "
		"52:54:00:fa:00:60)"),
	ROW(INT, descriptors, "descriptors", 0, "N",
		"Maximum number of descriptors per queue, a power of two", .preset = "256",
		.min = DESCRIPTORS_MIN, .max = DESCRIPTORS_MAX),
	ROW(INT, queues, "queues", 0, "N", "Maximum number of queue pairs per guest", .preset = "1",
		.min = 1, .max = VIRTIO_NIC_PAIRS_MAX),
	{ 0 },
};

const struct cli_command command_vfio_user = { .name = "vfio-user",
	.arguments = "",
	.summary = "Serve virtio network devices to virtual machines by vfio-user",
	.options = vfio_user_rows,
	.size = sizeof(struct asked),
	.run = serve_devices };
