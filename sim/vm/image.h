/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/vm/image.h: a small guest made by conf/guest-image: Debian's kernel and an initramfs that
 * speaks on its console: a line is a command for sh, after which it prints "@STATUS N" (see
 * conf/guest-init). treflect-xdp is always in it, treflect if asked for.
 */
#ifndef SIM_VM_IMAGE_H
#define SIM_VM_IMAGE_H

#include <glib.h>

#include "sim/server/server.h"
#include "sim/host/setup.h"

struct image {
	char *kernel, *initrd; /* paths on the server that it was made for */
};
/*
 * Made here, and copied to s if that is another machine. passed: PCI address on s of the device that
 * guests get, whose driver they need; NULL: setup's interface says. In dry runs paths are made up, and
 * said.
 */
gboolean image_make(struct server *s, const struct setup *setup, const char *passed,
	struct image *out, GError **error);
void image_clear(struct image *i); /* one of zeros is fine */

/* A guest behind its console socket on s, as a server that runs commands; no files. */
struct server *server_new_console(struct server *s, const char *name, const char *socket);

#endif
