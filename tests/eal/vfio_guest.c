/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/eal/vfio_guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_pci.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
	BODY_MAX = 8192,
	FDS_MAX = 16,
	CONFIG = VFIO_PCI_CONFIG_REGION_INDEX,
	PATIENCE_S = 10,
	RX_QUEUE = 0,
	TX_QUEUE = 1,
	NO_VECTOR = 0xffff,
	/* Virtio 1.2; newer than Debian's headers. */
	RING_RESET_FEATURE = 40,
	QUEUE_RESET_AT = 58,
};

int guest_connect(const char *path, unsigned ms)
{
	const struct timeval patient = { .tv_sec = PATIENCE_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	for (unsigned t = 0; connect(s, (struct sockaddr *)&address, sizeof(address)) != 0; t++) {
		if (t >= ms) {
			close(s);
			return -1;
		}
		usleep(1000);
	}
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patient, sizeof(patient));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patient, sizeof(patient));
	return s;
}

int guest_send(int s, const void *bytes, size_t len, const int *fds, unsigned nb)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control;
	struct iovec part = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = len };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (nb != 0) {
		memset(&control, 0, sizeof(control));
		h.msg_control = &control;
		h.msg_controllen = CMSG_SPACE(nb * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(nb * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, nb * sizeof(int));
	}
	do
		n = sendmsg(s, &h, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len ? 0 : -1;
}

void guest_request(struct guest *g, unsigned command, unsigned flags, const void *body, size_t len,
	const int *fds, unsigned nb)
{
	uint8_t message[sizeof(struct guest_header) + BODY_MAX];
	struct guest_header h = { .id = ++g->id,
		.command = (uint16_t)command,
		.size = (uint32_t)(sizeof(h) + len),
		.flags = flags };

	memcpy(message, &h, sizeof(h));
	if (len != 0)
		memcpy(message + sizeof(h), body, len);
	if (guest_send(g->s, message, h.size, fds, nb) != 0)
		guest_fail(g, "command %u: not taken: %s", command, strerror(errno));
}

static void receive_bytes(struct guest *g, unsigned command, void *to, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = recv(g->s, (uint8_t *)to + got, len - got, MSG_WAITALL);

		if (n < 0 && errno == EINTR) /* a signal: recv with a timeout is not restarted */
			continue;
		if (n <= 0)
			guest_fail(g, "command %u: no reply (%zu of %zu bytes, %s)", command, got,
				len, n < 0 ? strerror(errno) : "connection closed");
		got += (size_t)n;
	}
}

unsigned guest_reply(struct guest *g, unsigned command, void *body, size_t *len)
{
	struct guest_header h;

	receive_bytes(g, command, &h, sizeof(h));
	if (h.command != command || (h.flags & 0xf) != GUEST_IS_REPLY)
		guest_fail(
			g, "command %u: reply to %u with flags %#x", command, h.command, h.flags);
	if (h.size < sizeof(h) || h.size - sizeof(h) > *len)
		guest_fail(g, "command %u: reply of %u bytes", command, h.size);
	*len = h.size - sizeof(h);
	receive_bytes(g, command, body, *len);
	if ((h.flags & GUEST_IS_ERROR) == 0)
		return 0;
	if (*len != 0)
		guest_fail(g, "command %u: an error with %zu bytes", command, *len);
	return h.error == 0 ? EIO : h.error;
}

unsigned guest_ask(struct guest *g, unsigned command, const void *body, size_t len, void *answer,
	size_t len_out)
{
	uint8_t reply[BODY_MAX];
	size_t got = sizeof(reply);
	unsigned error;
	uint16_t id = (uint16_t)(g->id + 1);

	guest_request(g, command, 0, body, len, NULL, 0);
	error = guest_reply(g, command, reply, &got);
	if (id != g->id || (error == 0 && got != len_out))
		guest_fail(g, "command %u: reply of %zu bytes, not %zu", command, got, len_out);
	if (error == 0 && len_out != 0)
		memcpy(answer, reply, len_out);
	return error;
}

unsigned guest_access(
	struct guest *g, bool write, uint32_t region, uint64_t at, void *data, uint32_t count)
{
	uint8_t body[BODY_MAX] = { 0 }, answer[BODY_MAX];
	size_t sent = write ? 16U + count : 16U, got = write ? 16U : 16U + count;
	unsigned error;

	memcpy(body, &at, 8);
	memcpy(body + 8, &region, 4);
	memcpy(body + 12, &count, 4);
	if (write)
		memcpy(body + 16, data, count);
	error = guest_ask(
		g, write ? GUEST_REGION_WRITE : GUEST_REGION_READ, body, sent, answer, got);
	if (error != 0)
		return error;
	if (memcmp(body, answer, 16) != 0)
		guest_fail(g, "region %u, offset %#lx: the reply is of another place", region,
			(unsigned long)at);
	if (!write)
		memcpy(data, answer + 16, count);
	return 0;
}

uint64_t guest_get(struct guest *g, const struct guest_place *p, uint32_t at, uint32_t width)
{
	uint64_t value = 0;
	unsigned error = guest_access(g, false, p->region, p->at + at, &value, width);

	if (error != 0)
		guest_fail(g, "region %u, offset %#x: read: %s", p->region, p->at + at,
			strerror((int)error));
	return value;
}

void guest_put(
	struct guest *g, const struct guest_place *p, uint32_t at, uint32_t width, uint64_t value)
{
	unsigned error = guest_access(g, true, p->region, p->at + at, &value, width);

	if (error != 0)
		guest_fail(g, "region %u, offset %#x: write: %s", p->region, p->at + at,
			strerror((int)error));
}

static const struct guest_place config_space = { CONFIG, 0, 256 };

uint32_t guest_config(struct guest *g, uint32_t at, uint32_t width)
{
	return (uint32_t)guest_get(g, &config_space, at, width);
}

void guest_set_config(struct guest *g, uint32_t at, uint32_t width, uint32_t value)
{
	guest_put(g, &config_space, at, width, value);
}

/* Without waiting: QEMU sends those of a transaction one after the other. */
static void ask_for_map(struct guest *g, uint64_t at, uint64_t len, uint64_t offset, int fd)
{
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | (fd < 0 ? 0U : VFIO_DMA_MAP_FLAG_WRITE),
		.vaddr = fd < 0 ? 0 : offset,
		.iova = at,
		.size = len };

	guest_request(g, GUEST_DMA_MAP, 0, &map, sizeof(map), &fd, fd >= 0);
}

unsigned guest_map(struct guest *g, uint64_t at, uint64_t len, uint64_t offset, int fd)
{
	uint8_t nothing[1];
	size_t got = 0;

	ask_for_map(g, at, len, offset, fd);
	return guest_reply(g, GUEST_DMA_MAP, nothing, &got);
}

unsigned guest_unmap(struct guest *g, uint64_t at, uint64_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap),
		.iova = at,
		.size = len },
					  answer;
	unsigned error = guest_ask(
		g, GUEST_DMA_UNMAP, &unmap, sizeof(unmap), &answer, sizeof(answer));

	if (error == 0 && (answer.iova != at || answer.size != len))
		guest_fail(g, "unmapped %#llx, %llu bytes, not %#lx, %lu", answer.iova, answer.size,
			(unsigned long)at, (unsigned long)len);
	return error;
}

static unsigned nb_pieces(const struct guest *g)
{
	return g->pieces == 0 ? 1 : g->pieces;
}

void guest_map_high(struct guest *g)
{
	const uint64_t len = GUEST_HIGH_LEN / nb_pieces(g);

	for (unsigned i = 0; i < nb_pieces(g); i++)
		ask_for_map(g, GUEST_HIGH_AT + i * len, len, GUEST_HIGH_AT + i * len, g->ram_fd);
	for (unsigned i = 0; i < nb_pieces(g); i++) {
		uint8_t nothing[1];
		size_t got = 0;
		unsigned error = guest_reply(g, GUEST_DMA_MAP, nothing, &got);

		if (error != 0)
			guest_fail(g, "memory, piece %u: %s", i, strerror((int)error));
	}
}

void guest_unmap_high(struct guest *g)
{
	const uint64_t len = GUEST_HIGH_LEN / nb_pieces(g);

	for (unsigned i = 0; i < nb_pieces(g); i++) {
		unsigned error = guest_unmap(g, GUEST_HIGH_AT + i * len, len);

		if (error != 0)
			guest_fail(g, "unmap, piece %u: %s", i, strerror((int)error));
	}
}

unsigned guest_set_irqs(struct guest *g, uint32_t start, uint32_t nb, const int *fds)
{
	struct vfio_irq_set set = { .argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.start = start,
		.count = nb };
	uint8_t nothing[1];
	size_t got = 0;

	if (nb == 0)
		set.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE;
	guest_request(g, GUEST_SET_IRQS, 0, &set, sizeof(set), fds, fds == NULL ? 0 : nb);
	return guest_reply(g, GUEST_SET_IRQS, nothing, &got);
}

void guest_mask(struct guest *g, uint32_t start, uint32_t nb, bool masked)
{
	struct vfio_irq_set set = { .argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE |
			 (masked ? VFIO_IRQ_SET_ACTION_MASK : VFIO_IRQ_SET_ACTION_UNMASK),
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.start = start,
		.count = nb };

	if (guest_ask(g, GUEST_SET_IRQS, &set, sizeof(set), NULL, 0) != 0)
		guest_fail(g, "vectors cannot be masked");
}

static void agree_on_version(struct guest *g)
{
	static const char capabilities
		[] = "{\"capabilities\": {\"migration\": {\"pgsize\": 4096, \"max_bitmap_size\": "
		     "268435456}, \"max_msg_fds\": 16, \"max_data_xfer_size\": 1048576, "
		     "\"pgsizes\": 4096, \"max_dma_maps\": 65535, \"write_multiple\": true}}";
	struct {
		uint16_t major, minor;
		char text[BODY_MAX - 4];
	} body = { 0, 0, "" }, answer;
	size_t got = sizeof(answer);
	const char *fds;

	memcpy(body.text, capabilities, sizeof(capabilities));
	guest_request(g, GUEST_VERSION, 0, &body, 4 + sizeof(capabilities), NULL, 0);
	if (guest_reply(g, GUEST_VERSION, &answer, &got) != 0 || got < 5)
		guest_fail(g, "no version");
	if (answer.major != 0 || answer.minor != 0 || answer.text[got - 5] != '\0')
		guest_fail(g, "version %u.%u", answer.major, answer.minor);
	fds = strstr(answer.text, "\"max_msg_fds\"");
	fds = fds == NULL ? NULL : strchr(fds, ':');
	g->max_fds = fds == NULL ? 1 : (unsigned)strtoul(fds + 1, NULL, 10);
	if (g->max_fds == 0 || g->max_fds > FDS_MAX || answer.text[0] != '{')
		guest_fail(g, "capabilities: %s", answer.text);
}

static void make_ram(struct guest *g)
{
	g->ram_fd = memfd_create("ram", MFD_CLOEXEC);
	if (g->ram_fd < 0 || ftruncate(g->ram_fd, GUEST_RAM_LEN) != 0)
		guest_fail(g, "memory: %s", strerror(errno));
	g->ram = mmap(NULL, GUEST_RAM_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, g->ram_fd, 0);
	if (g->ram == MAP_FAILED)
		guest_fail(g, "memory: %s", strerror(errno));
}

static void learn_regions(struct guest *g)
{
	struct vfio_device_info info = { .argsz = 16 };

	/* Of this version of the protocol: without what is behind the numbers. */
	if (guest_ask(g, GUEST_GET_INFO, &info, 16, &info, 16) != 0)
		guest_fail(g, "no information");
	if ((info.flags & VFIO_DEVICE_FLAGS_PCI) == 0 ||
		(info.flags & VFIO_DEVICE_FLAGS_RESET) == 0 ||
		info.num_regions < VFIO_PCI_NUM_REGIONS || info.num_irqs <= VFIO_PCI_MSIX_IRQ_INDEX)
		guest_fail(g, "flags %#x, %u regions, %u interrupts", info.flags, info.num_regions,
			info.num_irqs);
	for (uint32_t i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		struct vfio_region_info region = { .argsz = sizeof(region), .index = i };

		if (guest_ask(g, GUEST_GET_REGION_INFO, &region, sizeof(region), &region,
			    sizeof(region)) != 0 ||
			region.index != i || region.argsz < sizeof(region))
			guest_fail(g, "region %u: no information", i);
		if ((region.flags & VFIO_REGION_INFO_FLAG_MMAP) != 0)
			guest_fail(g, "region %u: to be mapped, by no descriptor", i);
		if (region.size != 0 && (region.flags & VFIO_REGION_INFO_FLAG_READ) == 0)
			guest_fail(g, "region %u: %llu bytes not to be read", i, region.size);
		if (i < VFIO_PCI_ROM_REGION_INDEX && (region.size & (region.size - 1)) != 0)
			guest_fail(g, "BAR %u: %llu bytes", i, region.size);
		g->region_len[i] = region.size;
	}
	if (g->region_len[CONFIG] < 256)
		guest_fail(g, "configuration space of %lu bytes",
			(unsigned long)g->region_len[CONFIG]);
}

static void learn_irqs(struct guest *g)
{
	for (uint32_t i = 0; i <= VFIO_PCI_MSIX_IRQ_INDEX; i++) {
		struct vfio_irq_info irq = { .argsz = sizeof(irq), .index = i };

		if (guest_ask(g, GUEST_GET_IRQ_INFO, &irq, sizeof(irq), &irq, sizeof(irq)) != 0)
			guest_fail(g, "interrupt %u: no information", i);
		if (i != VFIO_PCI_MSIX_IRQ_INDEX)
			continue;
		if (irq.count < GUEST_VECTORS || (irq.flags & VFIO_IRQ_INFO_EVENTFD) == 0)
			guest_fail(g, "%u vectors, flags %#x", irq.count, irq.flags);
		g->nb_vectors = (uint16_t)irq.count;
	}
}

static void check_place(
	struct guest *g, const char *name, const struct guest_place *p, uint32_t len)
{
	if (p->region > VFIO_PCI_BAR5_REGION_INDEX || p->len < len ||
		(uint64_t)p->at + p->len > g->region_len[p->region])
		guest_fail(g, "%s: %u bytes at %#x of BAR %u, which has %lu", name, p->len, p->at,
			p->region, p->region > 5 ? 0UL : (unsigned long)g->region_len[p->region]);
	if ((guest_config(g, PCI_BASE_ADDRESS_0 + 4 * p->region, 4) & PCI_BASE_ADDRESS_SPACE) != 0)
		guest_fail(g, "%s: BAR %u is of ports", name, p->region);
}

static void learn_capability(struct guest *g, const uint8_t *c, uint32_t at)
{
	struct guest_place p;

	if (c[0] == PCI_CAP_ID_MSIX) {
		uint32_t where[2];

		memcpy(where, c + PCI_MSIX_TABLE, sizeof(where));
		g->msix_at = at;
		g->table = (struct guest_place){ where[0] & 7, where[0] & ~7U,
			16U * (((c[2] | (unsigned)c[3] << 8) & PCI_MSIX_FLAGS_QSIZE) + 1U) };
		g->pba = (struct guest_place){ where[1] & 7, where[1] & ~7U, 8 };
		if (g->table.len != 16U * g->nb_vectors)
			guest_fail(
				g, "MSI-X: %u vectors, not %u", g->table.len / 16, g->nb_vectors);
	}
	if (c[0] != PCI_CAP_ID_VNDR)
		return;
	p.region = c[4];
	memcpy(&p.at, c + 8, 4);
	memcpy(&p.len, c + 12, 4);
	switch (c[3]) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		g->common = p;
		break;
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		g->notify = p;
		memcpy(&g->bell_step, c + 16, 4);
		break;
	case VIRTIO_PCI_CAP_ISR_CFG:
		g->isr = p;
		break;
	case VIRTIO_PCI_CAP_DEVICE_CFG:
		g->device = p;
		break;
	default:;
	}
}

static void learn_capabilities(struct guest *g)
{
	uint8_t config[256 + 20] = { 0 };
	unsigned left = 48;

	/* At once, as QEMU reads it. */
	if (guest_access(g, false, CONFIG, 0, config, 256) != 0)
		guest_fail(g, "configuration space cannot be read at once");
	if (memcmp(config, "\xf4\x1a\x41\x10", 4) != 0 || config[PCI_REVISION_ID] < 1)
		guest_fail(g, "not a modern virtio-net device");
	if ((config[PCI_STATUS] & PCI_STATUS_CAP_LIST) == 0 || config[PCI_INTERRUPT_PIN] != 0 ||
		(config[PCI_HEADER_TYPE] & 0x7f) != 0 || config[PCI_CLASS_DEVICE + 1] != 2)
		guest_fail(g, "configuration space makes no sense");
	g->common.len = g->notify.len = g->isr.len = g->device.len = g->table.len = 0;
	for (uint32_t at = config[PCI_CAPABILITY_LIST]; at != 0; at = config[at + 1]) {
		if (at < 0x40 || at % 4 != 0 || left-- == 0)
			guest_fail(g, "capability at %#x", at);
		learn_capability(g, config + at, at);
	}
	check_place(g, "common", &g->common, sizeof(struct virtio_pci_common_cfg));
	check_place(g, "notify", &g->notify, 2);
	check_place(g, "ISR", &g->isr, 1);
	check_place(g, "device", &g->device, 6);
	check_place(g, "MSI-X table", &g->table, 16 * GUEST_VECTORS);
	check_place(g, "MSI-X pending bits", &g->pba, 8);
}

void guest_open(struct guest *g)
{
	uint8_t nothing[1];

	g->s = guest_connect(g->path, PATIENCE_S * 1000);
	if (g->s < 0)
		guest_fail(g, "cannot connect: %s", strerror(errno));
	make_ram(g);
	agree_on_version(g);
	ask_for_map(g, 0, GUEST_LOW_LEN, 0, g->ram_fd);
	ask_for_map(g, GUEST_ROM_AT, GUEST_ROM_LEN, 0, -1);
	for (int i = 0; i < 2; i++) {
		size_t got = 0;
		unsigned error = guest_reply(g, GUEST_DMA_MAP, nothing, &got);

		if (error != 0)
			guest_fail(g, "%s: %s", i == 0 ? "memory" : "a ROM", strerror((int)error));
	}
	guest_map_high(g);
	learn_regions(g);
	learn_irqs(g);
	learn_capabilities(g);
	for (int i = 0; i < GUEST_VECTORS; i++)
		g->event[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void guest_close(struct guest *g)
{
	close(g->s);
	close(g->ram_fd);
	munmap(g->ram, GUEST_RAM_LEN);
	for (int i = 0; i < GUEST_VECTORS; i++)
		close(g->event[i]);
	g->s = -1;
}

#define COMMON(field)                                  \
	offsetof(struct virtio_pci_common_cfg, field), \
		sizeof(((struct virtio_pci_common_cfg *)NULL)->field)

/* Enabled as QEMU does it: first without a descriptor, then vector by vector. */
static void enable_msix(struct guest *g)
{
	guest_set_config(g, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	guest_set_config(g, g->msix_at + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
	if (guest_set_irqs(g, 0, 1, NULL) != 0)
		guest_fail(g, "no interrupts without a descriptor");
	for (uint32_t i = 0; i < GUEST_VECTORS; i++)
		if (guest_set_irqs(g, i, 1, &g->event[i]) != 0)
			guest_fail(g, "vector %u: no event", i);
}

void guest_greet(struct guest *g)
{
	uint64_t features = 0, wanted = UINT64_C(1) << VIRTIO_F_VERSION_1 |
					UINT64_C(1) << VIRTIO_NET_F_MAC |
					UINT64_C(1) << VIRTIO_NET_F_STATUS;

	guest_put(g, &g->common, COMMON(device_status), 0);
	if (guest_get(g, &g->common, COMMON(device_status)) != 0)
		guest_fail(g, "status is not 0 after 0");
	guest_put(g, &g->common, COMMON(device_status), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	guest_put(g, &g->common, COMMON(device_status),
		VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER);
	for (uint32_t i = 0; i < 2; i++) {
		guest_put(g, &g->common, COMMON(device_feature_select), i);
		features |= guest_get(g, &g->common, COMMON(device_feature)) << 32 * i;
	}
	if ((features & UINT64_C(1) << VIRTIO_F_VERSION_1) == 0 ||
		(features & UINT64_C(1) << VIRTIO_NET_F_MAC) == 0 ||
		(features & UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF) == 0)
		guest_fail(g, "features %#lx", (unsigned long)features);
	wanted |= UINT64_C(1) << RING_RESET_FEATURE | g->features;
	if (g->mergeable)
		wanted |= UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF;
	for (uint32_t i = 0; i < 2; i++) {
		guest_put(g, &g->common, COMMON(guest_feature_select), i);
		guest_put(g, &g->common, COMMON(guest_feature),
			(features & wanted) >> 32 * i & 0xffffffff);
	}
	guest_put(g, &g->common, COMMON(device_status), 11);
	if (guest_get(g, &g->common, COMMON(device_status)) != 11)
		guest_fail(g, "features %#lx are refused", (unsigned long)(features & wanted));
	g->can_reset_queues = (features >> RING_RESET_FEATURE & 1) != 0;
	if (guest_get(g, &g->common, COMMON(num_queues)) < 2)
		guest_fail(g, "too few queues");
	for (uint32_t i = 0; i < 6; i++)
		g->mac[i] = (uint8_t)guest_get(g, &g->device, i, 1);
}

static void set_vector(struct guest *g, uint32_t at, uint32_t width, uint16_t vector)
{
	guest_put(g, &g->common, at, width, vector);
	if (guest_get(g, &g->common, at, width) != vector)
		guest_fail(g, "vector %u is not taken", vector);
}

void guest_make_queue(struct guest *g, struct guest_queue *q, uint16_t index, uint16_t vector)
{
	const uint64_t at = GUEST_HIGH_AT + (uint64_t)index * GUEST_QUEUE_LEN;
	const uint64_t avail = at + 0x8000, used = at + 0xa000;
	uint16_t max;

	guest_put(g, &g->common, COMMON(queue_select), index);
	max = (uint16_t)guest_get(g, &g->common, COMMON(queue_size));
	if (max == 0 || max > 32768 || (max & (max - 1)) != 0)
		guest_fail(g, "queue %u: size %u", index, max);
	if (guest_get(g, &g->common, COMMON(queue_enable)) != 0)
		guest_fail(g, "queue %u: enabled after reset", index);
	q->size = g->descriptors == 0 ? max : g->descriptors;
	if (q->size > GUEST_DESCRIPTORS_MAX)
		q->size = GUEST_DESCRIPTORS_MAX;
	guest_put(g, &g->common, COMMON(queue_size), q->size);
	if (guest_get(g, &g->common, COMMON(queue_size)) != q->size)
		guest_fail(g, "queue %u: size %u is not taken", index, q->size);
	set_vector(g, COMMON(queue_msix_vector), vector);
	q->bell = (uint32_t)guest_get(g, &g->common, COMMON(queue_notify_off)) * g->bell_step;
	if (q->bell + 2 > g->notify.len)
		guest_fail(g, "queue %u: notify at %#x of %#x", index, q->bell, g->notify.len);
	guest_put(g, &g->common, COMMON(queue_desc_lo), at);
	guest_put(g, &g->common, COMMON(queue_desc_hi), 0);
	guest_put(g, &g->common, COMMON(queue_avail_lo), avail);
	guest_put(g, &g->common, COMMON(queue_avail_hi), 0);
	guest_put(g, &g->common, COMMON(queue_used_lo), used);
	guest_put(g, &g->common, COMMON(queue_used_hi), 0);
	memset(g->ram + at, 0, GUEST_QUEUE_LEN);
	q->desc = (struct vring_desc *)(g->ram + at);
	q->avail = (struct vring_avail *)(g->ram + avail);
	q->used = (struct vring_used *)(g->ram + used);
	q->next = q->seen = 0;
	q->avail->flags = g->calls ? 0 : VRING_AVAIL_F_NO_INTERRUPT;
}

void guest_enable(struct guest *g, uint16_t queue)
{
	guest_put(g, &g->common, COMMON(queue_select), queue);
	guest_put(g, &g->common, COMMON(queue_enable), 1);
	if (guest_get(g, &g->common, COMMON(queue_enable)) != 1)
		guest_fail(g, "queue %u is not enabled", queue);
}

void guest_give(struct guest *g, uint16_t buffer)
{
	struct guest_queue *q = &g->rx;

	q->desc[buffer] = (struct vring_desc){ .addr = GUEST_BUFFERS_AT +
						       (uint64_t)buffer * GUEST_STRIDE,
		.len = g->buffer_len,
		.flags = VRING_DESC_F_WRITE };
	g->owner[buffer] = GUEST_RECEIVES;
	q->avail->ring[q->next++ % q->size] = buffer;
}

bool guest_publish(struct guest *g, struct guest_queue *q, uint16_t index)
{
	if (q->avail->idx == q->next)
		return false;
	__atomic_store_n(&q->avail->idx, q->next, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if ((__atomic_load_n(&q->used->flags, __ATOMIC_RELAXED) & VRING_USED_F_NO_NOTIFY) != 0)
		return false;
	guest_put(g, &g->notify, q->bell, 2, index);
	return true;
}

static void fill_receive_queue(struct guest *g)
{
	memset(g->owner, GUEST_OWNS, sizeof(g->owner));
	for (uint16_t i = 0; i < g->rx.size; i++)
		guest_give(g, i);
	guest_publish(g, &g->rx, RX_QUEUE);
}

void guest_reset_queues(struct guest *g)
{
	if (!g->can_reset_queues)
		guest_fail(g, "queues cannot be reset one by one");
	for (uint16_t i = 0; i < 2; i++) {
		guest_put(g, &g->common, COMMON(queue_select), i);
		guest_put(g, &g->common, QUEUE_RESET_AT, 2, 1);
		for (int t = 0; guest_get(g, &g->common, QUEUE_RESET_AT, 2) != 0 ||
				guest_get(g, &g->common, COMMON(queue_enable)) != 0;
			t++) {
			if (t == PATIENCE_S * 1000)
				guest_fail(g, "queue %u: reset takes for ever", i);
			usleep(1000);
		}
	}
	guest_expect_quiet(g, "after a reset of its queues");
	guest_make_queue(g, &g->rx, RX_QUEUE, GUEST_RX_VECTOR);
	guest_make_queue(g, &g->tx, TX_QUEUE, GUEST_TX_VECTOR);
	guest_enable(g, RX_QUEUE);
	guest_enable(g, TX_QUEUE);
	fill_receive_queue(g);
}

void guest_start(struct guest *g)
{
	enable_msix(g);
	guest_greet(g);
	set_vector(g, COMMON(msix_config), GUEST_CONFIG_VECTOR);
	guest_make_queue(g, &g->rx, RX_QUEUE, GUEST_RX_VECTOR);
	guest_make_queue(g, &g->tx, TX_QUEUE, GUEST_TX_VECTOR);
	guest_enable(g, RX_QUEUE);
	if (!g->late)
		guest_enable(g, TX_QUEUE);
	guest_put(g, &g->common, COMMON(device_status), 15);
	if (guest_get(g, &g->common, COMMON(device_status)) != 15)
		guest_fail(g, "DRIVER_OK is not taken");
	fill_receive_queue(g);
}

void guest_expect_quiet(const struct guest *g, const char *when)
{
	const size_t len = GUEST_BUFFERS_AT - GUEST_HIGH_AT + (size_t)g->rx.size * GUEST_STRIDE;
	uint8_t *before = malloc(len);

	if (before == NULL)
		guest_fail(g, "no memory");
	memcpy(before, g->ram + GUEST_HIGH_AT, len);
	usleep(20000);
	for (size_t i = 0; i < len; i++)
		if (before[i] != g->ram[GUEST_HIGH_AT + i])
			guest_fail(g, "memory is written %s (offset %#zx)", when, i);
	free(before);
}

void guest_stop(struct guest *g, bool reset)
{
	if (reset) {
		guest_set_irqs(g, 0, 0, NULL);
		guest_set_config(g, PCI_COMMAND, 2, 0);
		if (guest_ask(g, GUEST_RESET, NULL, 0, NULL, 0) != 0)
			guest_fail(g, "reset is refused");
		for (uint32_t i = 0; i < 6; i++)
			guest_set_config(g, PCI_BASE_ADDRESS_0 + 4 * i, 4, 0);
	} else {
		guest_put(g, &g->common, COMMON(device_status), 0);
	}
	for (int t = 0; guest_get(g, &g->common, COMMON(device_status)) != 0; t++) {
		if (t == PATIENCE_S * 1000)
			guest_fail(g, "reset takes for ever");
		usleep(1000);
	}
	guest_expect_quiet(g, "after a reset");
	guest_put(g, &g->common, COMMON(queue_select), RX_QUEUE);
	if (guest_get(g, &g->common, COMMON(queue_enable)) != 0 ||
		guest_get(g, &g->common, COMMON(queue_msix_vector)) != NO_VECTOR ||
		guest_get(g, &g->common, COMMON(msix_config)) != NO_VECTOR)
		guest_fail(g, "a queue is as before its reset");
}
