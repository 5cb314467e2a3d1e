/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/virtio_nic.h"

#include <stddef.h>
#include <string.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <linux/virtio_pci.h>

enum {
	VENDOR = 0x1af4,
	DEVICE = 0x1040 + VIRTIO_ID_NET, /* 4.1.2 */
	SUBSYSTEM = 0x1100,
	REVISION = 1,
	COMMAND_MASK = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
		       PCI_COMMAND_PARITY | PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE,
	MSIX_MASK = PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL,
	PBA = 0x800, /* in BAR 1 */
	NOTIFY_STEP = 4,
};

/* Capabilities in configuration space. */
enum {
	CAP_MSIX = 0x40,
	CAP_COMMON = 0x50,
	CAP_ISR = 0x60,
	CAP_DEVICE = 0x70,
	CAP_NOTIFY = 0x80,
	CAP_WINDOW = 0x94,
	WINDOW_DATA = CAP_WINDOW + sizeof(struct virtio_pci_cap),
};

/* 4.1.4.3 */
struct common {
	struct virtio_pci_common_cfg v1;
	uint16_t queue_notify_data, queue_reset;
};

#define COMMON_AT(member) ((uint32_t)offsetof(struct common, member))

_Static_assert(COMMON_AT(queue_reset) == 58, "virtio 1.2, 4.1.4.3");

#define FEATURE(bit) (UINT64_C(1) << (bit))

static uint64_t features_offered(const struct virtio_nic *n)
{
	const uint64_t always = FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_RING_RESET) |
				FEATURE(VIRTIO_NET_F_MAC) | FEATURE(VIRTIO_NET_F_MRG_RXBUF);

	return n->pairs_max == 1
		       ? always
		       : always | FEATURE(VIRTIO_NET_F_CTRL_VQ) | FEATURE(VIRTIO_NET_F_MQ);
}

/* 5.1.3.1: VIRTIO_NET_F_MQ requires the control queue. */
static gboolean features_are_fine(const struct virtio_nic *n)
{
	return (n->features & FEATURE(VIRTIO_F_VERSION_1)) != 0 &&
	       (n->features & ~features_offered(n)) == 0 &&
	       ((n->features & FEATURE(VIRTIO_NET_F_MQ)) == 0 ||
		       (n->features & FEATURE(VIRTIO_NET_F_CTRL_VQ)) != 0);
}

uint16_t virtio_nic_pairs_agreed(const struct virtio_nic *n)
{
	return (n->features & FEATURE(VIRTIO_NET_F_MQ)) != 0 ? n->pairs_max : 1;
}

int virtio_nic_control(const struct virtio_nic *n)
{
	return (n->features & FEATURE(VIRTIO_NET_F_CTRL_VQ)) != 0 ? 2 * virtio_nic_pairs_agreed(n)
								  : -1;
}

static uint16_t size_max_of(const struct virtio_nic *n, unsigned queue)
{
	return (int)queue == virtio_nic_control(n)
		       ? MIN(n->size_max, (uint16_t)VIRTIO_NIC_CONTROL_SIZE)
		       : n->size_max;
}

static void reset_queue(struct virtio_nic *n, unsigned queue)
{
	n->queue[queue] = (struct virtio_nic_queue){ .size = size_max_of(n, queue),
		.vector = VIRTIO_MSI_NO_VECTOR };
}

/* The driver's reset: of all that virtio defines, but not of PCI's registers. */
static uint64_t reset_virtio(struct virtio_nic *n)
{
	uint64_t effects = VIRTIO_NIC_VECTORS_CHANGED;

	n->status = 0;
	n->device_feature_select = n->driver_feature_select = 0;
	n->features = 0;
	n->config_vector = VIRTIO_MSI_NO_VECTOR;
	n->queue_select = 0;
	n->pairs = 1;
	for (unsigned queue = 0; queue < virtio_nic_queues(n); queue++) {
		reset_queue(n, queue);
		effects |= virtio_nic_renews(queue);
	}
	return effects;
}

void virtio_nic_init(
	struct virtio_nic *n, const uint8_t mac[6], uint16_t size_max, uint16_t pairs_max)
{
	struct virtio_nic new = { .size_max = size_max, .pairs_max = pairs_max };

	memcpy(new.mac, mac, sizeof(new.mac));
	reset_virtio(&new);
	*n = new;
}

uint32_t virtio_nic_region_len(uint32_t index)
{
	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX:
		return VIRTIO_NIC_BAR0_LEN;
	case VFIO_PCI_BAR1_REGION_INDEX:
		return VIRTIO_NIC_BAR1_LEN;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return VIRTIO_NIC_CONFIG_LEN;
	default:
		return 0;
	}
}

gboolean virtio_nic_runs(const struct virtio_nic *n)
{
	const unsigned ready = VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK;

	if ((n->status & ready) != ready || (n->status & VIRTIO_CONFIG_S_FAILED) != 0)
		return FALSE;
	for (unsigned queue = 0; queue < 2U * n->pairs; queue++)
		if (!n->queue[queue].enabled)
			return FALSE;
	return TRUE;
}

static gboolean overlaps(uint32_t at, uint32_t count, uint32_t first, uint32_t len)
{
	return at < first + len && first < at + count;
}

/* What of [at, at + count) lies in the len bytes of from, which begin at first. */
static void copy_overlap(
	uint8_t *data, uint32_t at, uint32_t count, uint32_t first, const void *from, uint32_t len)
{
	uint32_t begin = MAX(at, first), end = MIN(at + count, first + len);

	if (begin < end)
		memcpy(data + (begin - at), (const uint8_t *)from + (begin - first), end - begin);
}

/* Common registers. */

static uint32_t feature_half(uint64_t features, uint32_t select)
{
	return select > 1 ? 0 : (uint32_t)(features >> 32 * select);
}

static struct common show_common(const struct virtio_nic *n)
{
	static const struct virtio_nic_queue none;
	const gboolean is_there = n->queue_select < virtio_nic_queues(n);
	const struct virtio_nic_queue *q = is_there ? &n->queue[n->queue_select] : &none;

	return (struct common){ .v1 = {
					.device_feature_select = n->device_feature_select,
					.device_feature = feature_half(
						features_offered(n), n->device_feature_select),
					.guest_feature_select = n->driver_feature_select,
					.guest_feature = feature_half(
						n->features, n->driver_feature_select),
					.msix_config = n->config_vector,
					.num_queues = (uint16_t)virtio_nic_queues(n),
					.device_status = n->status,
					.queue_select = n->queue_select,
					.queue_size = q->size,
					.queue_msix_vector = is_there ? q->vector
								      : VIRTIO_MSI_NO_VECTOR,
					.queue_enable = q->enabled != 0,
					.queue_notify_off = is_there ? n->queue_select : 0,
					.queue_desc_lo = (uint32_t)q->desc,
					.queue_desc_hi = (uint32_t)(q->desc >> 32),
					.queue_avail_lo = (uint32_t)q->avail,
					.queue_avail_hi = (uint32_t)(q->avail >> 32),
					.queue_used_lo = (uint32_t)q->used,
					.queue_used_hi = (uint32_t)(q->used >> 32),
				} };
}

static uint16_t vector_or_none(const struct virtio_nic *n, uint16_t vector)
{
	return vector < virtio_nic_vectors(n) ? vector : VIRTIO_MSI_NO_VECTOR;
}

/* 2.1: bits are set one after another, and only a reset clears them. */
static uint64_t write_status(struct virtio_nic *n, uint8_t status)
{
	if (status == 0)
		return reset_virtio(n);
	if (!features_are_fine(n))
		status &= (uint8_t)~VIRTIO_CONFIG_S_FEATURES_OK;
	n->status |= status;
	/* Which one is the control queue is known now. */
	for (unsigned queue = 0; queue < virtio_nic_queues(n); queue++)
		n->queue[queue].size = MIN(n->queue[queue].size, size_max_of(n, queue));
	return 0;
}

static void write_features(struct virtio_nic *n, uint32_t half)
{
	unsigned shift = 32 * n->driver_feature_select;

	if (n->driver_feature_select > 1 || (n->status & VIRTIO_CONFIG_S_FEATURES_OK) != 0)
		return;
	n->features &= ~((uint64_t)UINT32_MAX << shift);
	n->features |= (uint64_t)half << shift;
}

/* Of the selected queue. c: what was written, and around it what is there. */
static uint64_t write_queue(
	struct virtio_nic *n, const struct common *c, uint32_t at, uint32_t count)
{
	struct virtio_nic_queue *q = &n->queue[n->queue_select];
	uint64_t effects = 0;

	if (overlaps(at, count, COMMON_AT(v1.queue_msix_vector), 2)) {
		q->vector = vector_or_none(n, c->v1.queue_msix_vector);
		effects |= VIRTIO_NIC_VECTORS_CHANGED;
	}
	if (overlaps(at, count, COMMON_AT(queue_reset), 2) && c->queue_reset == 1 &&
		(n->features & FEATURE(VIRTIO_F_RING_RESET)) != 0) {
		reset_queue(n, n->queue_select);
		return effects | virtio_nic_renews(n->queue_select) | VIRTIO_NIC_VECTORS_CHANGED;
	}
	if (q->enabled)
		return effects;
	if (c->v1.queue_size <= size_max_of(n, n->queue_select) && c->v1.queue_size != 0 &&
		(c->v1.queue_size & (c->v1.queue_size - 1)) == 0)
		q->size = c->v1.queue_size;
	q->desc = (uint64_t)c->v1.queue_desc_hi << 32 | c->v1.queue_desc_lo;
	q->avail = (uint64_t)c->v1.queue_avail_hi << 32 | c->v1.queue_avail_lo;
	q->used = (uint64_t)c->v1.queue_used_hi << 32 | c->v1.queue_used_lo;
	q->enabled = overlaps(at, count, COMMON_AT(v1.queue_enable), 2) && c->v1.queue_enable == 1;
	return effects;
}

/* Drivers access each register at its width (4.1.3.1), 64-bit ones also in halves; all else is ignored. */
static uint64_t write_common(struct virtio_nic *n, uint32_t at, const uint8_t *data, uint32_t count)
{
	struct common c = show_common(n);
	uint64_t effects = 0;

	if (count > 8 || count == 0 || at % count != 0 || at + count > sizeof(c))
		return 0;
	memcpy((uint8_t *)&c + at, data, count);
	if (overlaps(at, count, COMMON_AT(v1.guest_feature), 4))
		write_features(n, c.v1.guest_feature);
	n->device_feature_select = c.v1.device_feature_select;
	n->driver_feature_select = c.v1.guest_feature_select;
	n->config_vector = vector_or_none(n, c.v1.msix_config);
	if (overlaps(at, count, COMMON_AT(v1.device_status), 1))
		return write_status(n, c.v1.device_status);
	if (at >= COMMON_AT(v1.queue_size) && n->queue_select < virtio_nic_queues(n))
		effects = write_queue(n, &c, at, count);
	n->queue_select = c.v1.queue_select;
	return effects;
}

/* BAR 0. */

/* -1: none. */
static int notified_queue(const struct virtio_nic *n, uint32_t at)
{
	uint32_t queue = (at - VIRTIO_NIC_NOTIFY) / NOTIFY_STEP;

	return at >= VIRTIO_NIC_NOTIFY && queue < virtio_nic_queues(n) ? (int)queue : -1;
}

/* The ISR is for INTx: it reads as 0. */
static void read_bar0(const struct virtio_nic *n, uint32_t at, uint8_t *data, uint32_t count)
{
	struct common c = show_common(n);
	struct virtio_net_config net = { .max_virtqueue_pairs = n->pairs_max == 1 ? 0
										  : n->pairs_max };

	memcpy(net.mac, n->mac, sizeof(net.mac));
	copy_overlap(data, at, count, VIRTIO_NIC_COMMON, &c, sizeof(c));
	copy_overlap(data, at, count, VIRTIO_NIC_DEVICE, &net, sizeof(net));
}

static uint64_t write_bar0(struct virtio_nic *n, uint32_t at, const uint8_t *data, uint32_t count)
{
	int queue = notified_queue(n, at);

	if (at < sizeof(struct common))
		return write_common(n, at, data, count);
	return queue < 0 ? 0 : virtio_nic_notifies((unsigned)queue);
}

/* Configuration space. */

static void put_16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static void put_32(uint8_t *to, uint32_t value)
{
	put_16(to, value);
	put_16(to + 2, value >> 16);
}

static uint32_t get_16(const uint8_t *from)
{
	return from[0] | (uint32_t)from[1] << 8;
}

static uint32_t get_32(const uint8_t *from)
{
	return get_16(from) | get_16(from + 2) << 16;
}

static void show_cap(
	uint8_t *config, uint32_t at, uint32_t next, uint8_t type, uint32_t offset, uint32_t length)
{
	const struct virtio_pci_cap cap = { .cap_vndr = PCI_CAP_ID_VNDR,
		.cap_next = (uint8_t)next,
		.cap_len = (uint8_t)(type == VIRTIO_PCI_CAP_NOTIFY_CFG ? sizeof(cap) + 4
				     : type == VIRTIO_PCI_CAP_PCI_CFG  ? sizeof(cap) + 4
								       : sizeof(cap)),
		.cfg_type = type,
		.offset = offset,
		.length = length };

	memcpy(config + at, &cap, sizeof(cap));
}

static void show_config(const struct virtio_nic *n, uint8_t config[VIRTIO_NIC_CONFIG_LEN])
{
	memset(config, 0, VIRTIO_NIC_CONFIG_LEN);
	put_16(config + PCI_VENDOR_ID, VENDOR);
	put_16(config + PCI_DEVICE_ID, DEVICE);
	put_16(config + PCI_COMMAND, n->command);
	put_16(config + PCI_STATUS, PCI_STATUS_CAP_LIST);
	config[PCI_REVISION_ID] = REVISION;
	put_16(config + PCI_CLASS_DEVICE, 0x0200); /* Ethernet controller */
	config[PCI_CACHE_LINE_SIZE] = n->cache_line;
	put_32(config + PCI_BASE_ADDRESS_0, n->bar[0]);
	put_32(config + PCI_BASE_ADDRESS_1, n->bar[1]);
	put_16(config + PCI_SUBSYSTEM_VENDOR_ID, VENDOR);
	put_16(config + PCI_SUBSYSTEM_ID, SUBSYSTEM);
	config[PCI_CAPABILITY_LIST] = CAP_MSIX;
	config[PCI_INTERRUPT_LINE] = n->interrupt_line;

	config[CAP_MSIX] = PCI_CAP_ID_MSIX;
	config[CAP_MSIX + 1] = CAP_COMMON;
	put_16(config + CAP_MSIX + PCI_MSIX_FLAGS, n->msix_control | (virtio_nic_vectors(n) - 1));
	put_32(config + CAP_MSIX + PCI_MSIX_TABLE, 1); /* BAR 1 */
	put_32(config + CAP_MSIX + PCI_MSIX_PBA, PBA | 1);
	show_cap(config, CAP_COMMON, CAP_ISR, VIRTIO_PCI_CAP_COMMON_CFG, VIRTIO_NIC_COMMON,
		sizeof(struct common));
	show_cap(config, CAP_ISR, CAP_DEVICE, VIRTIO_PCI_CAP_ISR_CFG, VIRTIO_NIC_ISR, 1);
	show_cap(config, CAP_DEVICE, CAP_NOTIFY, VIRTIO_PCI_CAP_DEVICE_CFG, VIRTIO_NIC_DEVICE,
		sizeof(struct virtio_net_config));
	show_cap(config, CAP_NOTIFY, CAP_WINDOW, VIRTIO_PCI_CAP_NOTIFY_CFG, VIRTIO_NIC_NOTIFY,
		NOTIFY_STEP * virtio_nic_queues(n));
	put_32(config + CAP_NOTIFY + sizeof(struct virtio_pci_cap), NOTIFY_STEP);
	show_cap(config, CAP_WINDOW, 0, VIRTIO_PCI_CAP_PCI_CFG, n->window_offset, n->window_len);
	config[CAP_WINDOW + VIRTIO_PCI_CAP_BAR] = n->window_bar;
}

/* Is a BAR's register at the window, at a width that there is? */
static gboolean window_is_open(const struct virtio_nic *n)
{
	uint32_t len = n->window_bar <= 1 ? virtio_nic_region_len(n->window_bar) : 0;

	return (n->window_len == 1 || n->window_len == 2 || n->window_len == 4) &&
	       n->window_offset % n->window_len == 0 && n->window_offset < len;
}

static void read_config(const struct virtio_nic *n, uint32_t at, uint8_t *data, uint32_t count)
{
	uint8_t config[VIRTIO_NIC_CONFIG_LEN];

	show_config(n, config);
	if (overlaps(at, count, WINDOW_DATA, 4) && window_is_open(n))
		virtio_nic_read(
			n, n->window_bar, n->window_offset, config + WINDOW_DATA, n->window_len);
	memcpy(data, config + at, count);
}

static uint64_t write_config(struct virtio_nic *n, uint32_t at, const uint8_t *data, uint32_t count)
{
	uint8_t config[VIRTIO_NIC_CONFIG_LEN];

	show_config(n, config);
	memcpy(config + at, data, count);
	n->command = (uint16_t)(get_16(config + PCI_COMMAND) & COMMAND_MASK);
	n->cache_line = config[PCI_CACHE_LINE_SIZE];
	n->interrupt_line = config[PCI_INTERRUPT_LINE];
	for (uint32_t i = 0; i < 2; i++)
		n->bar[i] = get_32(config + PCI_BASE_ADDRESS_0 + 4 * i) &
			    ~(virtio_nic_region_len(i) - 1);
	n->msix_control = (uint16_t)(get_16(config + CAP_MSIX + PCI_MSIX_FLAGS) & MSIX_MASK);
	n->window_bar = config[CAP_WINDOW + VIRTIO_PCI_CAP_BAR];
	n->window_offset = get_32(config + CAP_WINDOW + VIRTIO_PCI_CAP_OFFSET);
	n->window_len = get_32(config + CAP_WINDOW + VIRTIO_PCI_CAP_LENGTH);
	if (overlaps(at, count, WINDOW_DATA, 4) && window_is_open(n))
		return virtio_nic_write(
			n, n->window_bar, n->window_offset, config + WINDOW_DATA, n->window_len);
	return 0;
}

void virtio_nic_read(
	const struct virtio_nic *n, uint32_t index, uint32_t at, uint8_t *data, uint32_t count)
{
	memset(data, 0, count);
	if (index == VFIO_PCI_BAR0_REGION_INDEX)
		read_bar0(n, at, data, count);
	else if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		read_config(n, at, data, count);
}

uint64_t virtio_nic_write(
	struct virtio_nic *n, uint32_t index, uint32_t at, const uint8_t *data, uint32_t count)
{
	if (index == VFIO_PCI_BAR0_REGION_INDEX)
		return write_bar0(n, at, data, count);
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		return write_config(n, at, data, count);
	return 0;
}

static gboolean notifies_control(const struct virtio_nic *n, uint32_t at)
{
	int queue = notified_queue(n, at);

	return queue >= 0 && queue == virtio_nic_control(n);
}

gboolean virtio_nic_disturbs(
	const struct virtio_nic *n, uint32_t index, uint32_t at, uint32_t count)
{
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		return overlaps(at, count, WINDOW_DATA, 4) && n->window_bar == 0 &&
		       (n->window_offset < sizeof(struct common) ||
			       notifies_control(n, n->window_offset));
	return index == VFIO_PCI_BAR0_REGION_INDEX &&
	       (notifies_control(n, at) || overlaps(at, count, COMMON_AT(v1.device_status), 1) ||
		       overlaps(at, count, COMMON_AT(v1.queue_enable), 2) ||
		       overlaps(at, count, COMMON_AT(queue_reset), 2));
}
