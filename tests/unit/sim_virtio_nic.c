/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers of the virtio network device, one after the other as virtio 1.2 has them in 4.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_pci.h>

#include "sim/device/virtio_nic.h"

enum {
	CONFIG = VFIO_PCI_CONFIG_REGION_INDEX,
	SIZE = 256,
	QUEUE_RESET = 58,
	QUEUES = 2,
	VECTORS = 3
};
enum { ACKED = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER };

static const uint8_t mac[6] = { 0x52, 0x54, 0, 1, 2, 3 };

static uint64_t get(const struct virtio_nic *n, uint32_t index, uint32_t at, uint32_t len)
{
	uint64_t value = 0;

	virtio_nic_read(n, index, at, (uint8_t *)&value, len);
	return value;
}

static uint64_t put(struct virtio_nic *n, uint32_t index, uint32_t at, uint32_t len, uint64_t value)
{
	return virtio_nic_write(n, index, at, (const uint8_t *)&value, len);
}

#define COMMON(name) ((uint32_t)offsetof(struct virtio_pci_common_cfg, name))

/* Where a driver finds it: *bar, *offset, *length. Returns where its capability is; 0: nowhere. */
static uint32_t find_cap(const struct virtio_nic *n, uint8_t type, uint64_t where[3])
{
	uint32_t at = (uint32_t)get(n, CONFIG, PCI_CAPABILITY_LIST, 1), steps = 0;

	for (; at != 0; at = (uint32_t)get(n, CONFIG, at + 1, 1)) {
		assert_true(at % 4 == 0 && at >= 0x40 && steps++ < 10);
		if (get(n, CONFIG, at, 1) != PCI_CAP_ID_VNDR ||
			get(n, CONFIG, at + VIRTIO_PCI_CAP_CFG_TYPE, 1) != type)
			continue;
		where[0] = get(n, CONFIG, at + VIRTIO_PCI_CAP_BAR, 1);
		where[1] = get(n, CONFIG, at + VIRTIO_PCI_CAP_OFFSET, 4);
		where[2] = get(n, CONFIG, at + VIRTIO_PCI_CAP_LENGTH, 4);
		return at;
	}
	return 0;
}

static void configuration_space(void **state)
{
	struct virtio_nic n;
	uint64_t where[3];
	uint32_t at;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 1);
	assert_int_equal(get(&n, CONFIG, PCI_VENDOR_ID, 4), 0x10411af4);
	assert_true(get(&n, CONFIG, PCI_REVISION_ID, 1) >= 1); /* 4.1.2.1 */
	assert_int_equal(get(&n, CONFIG, PCI_CLASS_REVISION, 4) >> 8, 0x020000);
	assert_int_equal(get(&n, CONFIG, PCI_HEADER_TYPE, 1), 0);
	assert_true(get(&n, CONFIG, PCI_SUBSYSTEM_ID, 2) >= 0x40);
	assert_int_equal(get(&n, CONFIG, PCI_INTERRUPT_PIN, 1), 0);
	assert_int_equal(get(&n, CONFIG, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST, PCI_STATUS_CAP_LIST);
	/* What is read-only stays. */
	for (at = 0; at < VIRTIO_NIC_CONFIG_LEN; at++)
		assert_int_equal(put(&n, CONFIG, at, 1, 0xff), 0);
	assert_int_equal(get(&n, CONFIG, PCI_VENDOR_ID, 4), 0x10411af4);
	assert_int_equal(get(&n, CONFIG, PCI_COMMAND, 2), 0x547);
	assert_int_equal(get(&n, CONFIG, PCI_INTERRUPT_LINE, 2), 0xff);
	/* PCI 3.0, 6.2.5.1: all ones are written, and the size is read. */
	assert_int_equal(get(&n, CONFIG, PCI_BASE_ADDRESS_0, 4), ~(VIRTIO_NIC_BAR0_LEN - 1U));
	assert_int_equal(get(&n, CONFIG, PCI_BASE_ADDRESS_1, 4), ~(VIRTIO_NIC_BAR1_LEN - 1U));
	for (at = PCI_BASE_ADDRESS_2; at <= PCI_BASE_ADDRESS_5; at += 4)
		assert_int_equal(get(&n, CONFIG, at, 4), 0);
	assert_int_equal(get(&n, CONFIG, PCI_ROM_ADDRESS, 4), 0);
	put(&n, CONFIG, PCI_BASE_ADDRESS_0, 4, 0xfebc1234);
	assert_int_equal(get(&n, CONFIG, PCI_BASE_ADDRESS_0, 4), 0xfebc0000);

	assert_true(find_cap(&n, VIRTIO_PCI_CAP_COMMON_CFG, where) != 0);
	assert_true(where[0] == 0 && where[1] % 4 == 0 && where[2] >= 60);
	assert_true(find_cap(&n, VIRTIO_PCI_CAP_ISR_CFG, where) != 0);
	assert_true(where[0] == 0 && where[2] >= 1);
	assert_true(find_cap(&n, VIRTIO_PCI_CAP_DEVICE_CFG, where) != 0);
	assert_true(where[0] == 0 && where[1] % 4 == 0);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(get(&n, 0, (uint32_t)where[1] + i, 1), mac[i]);
	at = find_cap(&n, VIRTIO_PCI_CAP_NOTIFY_CFG, where);
	assert_true(at != 0 && where[0] == 0 && where[1] % 2 == 0);
	assert_int_equal(get(&n, CONFIG, at + VIRTIO_PCI_CAP_LEN, 1), 20);
	/* 4.1.4.4.1: a multiple of 2, and each queue's register is in the region. */
	assert_int_equal(get(&n, CONFIG, at + VIRTIO_PCI_NOTIFY_CAP_MULT, 4) % 2, 0);
	assert_true(where[2] >= get(&n, CONFIG, at + VIRTIO_PCI_NOTIFY_CAP_MULT, 4) + 2);
	assert_int_equal(virtio_nic_region_len(2), 0);
}

static void msix(void **state)
{
	struct virtio_nic n;
	uint32_t at;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 1);
	at = (uint32_t)get(&n, CONFIG, PCI_CAPABILITY_LIST, 1);
	assert_int_equal(get(&n, CONFIG, at, 1), PCI_CAP_ID_MSIX);
	assert_int_equal(get(&n, CONFIG, at + PCI_MSIX_FLAGS, 2), VECTORS - 1);
	assert_int_equal(get(&n, CONFIG, at + PCI_MSIX_TABLE, 4), 1);
	assert_int_equal(get(&n, CONFIG, at + PCI_MSIX_PBA, 4) & 7, 1);
	put(&n, CONFIG, at + PCI_MSIX_FLAGS, 2, 0xffff);
	assert_int_equal(get(&n, CONFIG, at + PCI_MSIX_FLAGS, 2), 0xc000 | (VECTORS - 1));
	/* The client's: nothing is kept. */
	assert_int_equal(put(&n, 1, 0, 4, 0x1234), 0);
	assert_int_equal(get(&n, 1, 0, 4), 0);
}

/* 4.1.4.9 */
static void access_by_configuration_space(void **state)
{
	struct virtio_nic n;
	uint64_t where[3];
	uint32_t at;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 1);
	at = find_cap(&n, VIRTIO_PCI_CAP_PCI_CFG, where);
	assert_true(at != 0);
	put(&n, CONFIG, at + VIRTIO_PCI_CAP_BAR, 1, 0);
	put(&n, CONFIG, at + VIRTIO_PCI_CAP_OFFSET, 4, VIRTIO_NIC_COMMON + COMMON(device_status));
	put(&n, CONFIG, at + VIRTIO_PCI_CAP_LENGTH, 4, 1);
	assert_true(virtio_nic_disturbs(&n, CONFIG, at + 16, 1));
	put(&n, CONFIG, at + 16, 1, ACKED);
	assert_int_equal(n.status, ACKED);
	assert_int_equal(get(&n, CONFIG, at + 16, 1), ACKED);
	put(&n, CONFIG, at + VIRTIO_PCI_CAP_OFFSET, 4, VIRTIO_NIC_NOTIFY + 4);
	put(&n, CONFIG, at + VIRTIO_PCI_CAP_LENGTH, 4, 2);
	assert_int_equal(put(&n, CONFIG, at + 16, 2, 1), virtio_nic_notifies(1));
	/* Outside of a BAR, across its end, of a BAR or a width that there is not: nothing. */
	for (unsigned i = 0; i < 5; i++) {
		static const uint32_t bar[] = { 0, 0, 3, 7, 0 }, len[] = { 4, 4, 4, 1, 8 };
		static const uint32_t offset[] = { VIRTIO_NIC_BAR0_LEN, VIRTIO_NIC_BAR0_LEN - 2, 0,
			0, 0 };

		put(&n, CONFIG, at + VIRTIO_PCI_CAP_BAR, 1, bar[i]);
		put(&n, CONFIG, at + VIRTIO_PCI_CAP_OFFSET, 4, offset[i]);
		put(&n, CONFIG, at + VIRTIO_PCI_CAP_LENGTH, 4, len[i]);
		assert_int_equal(put(&n, CONFIG, at + 16, 4, UINT32_MAX), 0);
		assert_int_equal(get(&n, CONFIG, at + 16, 4), 0);
	}
}

static void accept_features(struct virtio_nic *n, uint64_t features)
{
	for (uint32_t half = 0; half < 2; half++) {
		put(n, 0, COMMON(guest_feature_select), 4, half);
		put(n, 0, COMMON(guest_feature), 4, features >> 32 * half & UINT32_MAX);
	}
}

static void features(void **state)
{
	const uint64_t version_1 = UINT64_C(1) << VIRTIO_F_VERSION_1;
	struct virtio_nic n;
	uint64_t offered = 0;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 1);
	for (uint32_t half = 0; half < 2; half++) {
		put(&n, 0, COMMON(device_feature_select), 4, half);
		assert_int_equal(get(&n, 0, COMMON(device_feature_select), 4), half);
		offered |= get(&n, 0, COMMON(device_feature), 4) << 32 * half;
	}
	assert_true((offered & version_1) != 0 && (offered & 1U << VIRTIO_NET_F_MAC) != 0);
	assert_int_equal(
		offered & (1U << VIRTIO_NET_F_MQ | 1U << VIRTIO_NET_F_CTRL_VQ | 1U << 29), 0);
	put(&n, 0, COMMON(device_feature_select), 4, 2); /* 4.1.4.3.1: 0 beyond */
	assert_int_equal(get(&n, 0, COMMON(device_feature), 4), 0);
	put(&n, 0, COMMON(device_status), 1, ACKED);
	/* Without VERSION_1, or with what was not offered: FEATURES_OK does not stay (2.2.2). */
	accept_features(&n, 0);
	put(&n, 0, COMMON(device_status), 1, ACKED | VIRTIO_CONFIG_S_FEATURES_OK);
	assert_int_equal(get(&n, 0, COMMON(device_status), 1), ACKED);
	accept_features(&n, version_1 | 1U << VIRTIO_NET_F_MQ);
	put(&n, 0, COMMON(device_status), 1, ACKED | VIRTIO_CONFIG_S_FEATURES_OK);
	assert_int_equal(get(&n, 0, COMMON(device_status), 1), ACKED);
	accept_features(&n, offered);
	put(&n, 0, COMMON(guest_feature_select), 4, 1);
	assert_int_equal(get(&n, 0, COMMON(guest_feature), 4), offered >> 32);
	put(&n, 0, COMMON(device_status), 1, ACKED | VIRTIO_CONFIG_S_FEATURES_OK);
	assert_int_equal(get(&n, 0, COMMON(device_status), 1), ACKED | VIRTIO_CONFIG_S_FEATURES_OK);
	accept_features(&n, 0); /* too late */
	assert_int_equal(n.features, offered);
}

static void set_up_queue(struct virtio_nic *n, uint16_t queue, uint16_t size)
{
	put(n, 0, COMMON(queue_select), 2, queue);
	put(n, 0, COMMON(queue_size), 2, size);
	put(n, 0, COMMON(queue_msix_vector), 2, queue + 1U);
	put(n, 0, COMMON(queue_desc_lo), 4, 0x1000U * queue);
	put(n, 0, COMMON(queue_desc_hi), 4, 1);
	put(n, 0, COMMON(queue_avail_lo), 8, UINT64_C(0x200000000) + queue);
	put(n, 0, COMMON(queue_used_lo), 8, UINT64_C(0x300000000) + queue);
	put(n, 0, COMMON(queue_enable), 2, 1);
}

static void start_driver(struct virtio_nic *n, uint64_t accepted)
{
	put(n, 0, COMMON(device_status), 1, ACKED);
	accept_features(n, UINT64_C(1) << VIRTIO_F_VERSION_1 | accepted);
	put(n, 0, COMMON(device_status), 1, ACKED | VIRTIO_CONFIG_S_FEATURES_OK);
}

static void queues(void **state)
{
	struct virtio_nic n;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 1);
	start_driver(&n, 0);
	assert_int_equal(get(&n, 0, COMMON(num_queues), 2), QUEUES);
	for (uint16_t queue = 0; queue < 2; queue++) {
		put(&n, 0, COMMON(queue_select), 2, queue);
		assert_int_equal(get(&n, 0, COMMON(queue_size), 2), SIZE);
		assert_int_equal(get(&n, 0, COMMON(queue_enable), 2), 0);
		assert_int_equal(get(&n, 0, COMMON(queue_msix_vector), 2), VIRTIO_MSI_NO_VECTOR);
		assert_int_equal(get(&n, 0, COMMON(queue_notify_off), 2), queue);
	}
	/* 4.1.4.3.1: 0 is the size of a queue that there is not. */
	put(&n, 0, COMMON(queue_select), 2, 2);
	assert_int_equal(get(&n, 0, COMMON(queue_size), 2), 0);
	put(&n, 0, COMMON(queue_enable), 2, 1);
	assert_int_equal(get(&n, 0, COMMON(queue_enable), 2), 0);

	set_up_queue(&n, 0, 64);
	assert_int_equal(n.queue[0].size, 64);
	assert_true(n.queue[0].desc == UINT64_C(0x100000000) &&
		    n.queue[0].avail == UINT64_C(0x200000000) &&
		    n.queue[0].used == UINT64_C(0x300000000) && n.queue[0].enabled);
	assert_int_equal(get(&n, 0, COMMON(queue_desc_lo), 8), UINT64_C(0x100000000));
	put(&n, 0, COMMON(device_status), 1, VIRTIO_CONFIG_S_DRIVER_OK);
	assert_false(virtio_nic_runs(&n)); /* one is missing */
	set_up_queue(&n, 1, 512);          /* larger than there is: as it was */
	assert_int_equal(n.queue[1].size, SIZE);
	assert_true(virtio_nic_runs(&n));
	/* It is in use: nothing but its vector is changed. */
	put(&n, 0, COMMON(queue_size), 2, 32);
	put(&n, 0, COMMON(queue_desc_lo), 4, 0);
	put(&n, 0, COMMON(queue_enable), 2, 0);
	assert_true(n.queue[1].size == SIZE && n.queue[1].desc != 0 && n.queue[1].enabled);
	assert_int_equal(put(&n, 0, COMMON(queue_msix_vector), 2, 0), VIRTIO_NIC_VECTORS_CHANGED);
	assert_int_equal(n.queue[1].vector, 0);
	/* 4.1.5.1.2.2: a vector that there is not is told by NO_VECTOR. */
	put(&n, 0, COMMON(queue_msix_vector), 2, VECTORS);
	assert_int_equal(get(&n, 0, COMMON(queue_msix_vector), 2), VIRTIO_MSI_NO_VECTOR);
	put(&n, 0, COMMON(msix_config), 2, VECTORS);
	assert_int_equal(get(&n, 0, COMMON(msix_config), 2), VIRTIO_MSI_NO_VECTOR);
	put(&n, 0, COMMON(msix_config), 2, 0);
	assert_int_equal(get(&n, 0, COMMON(msix_config), 2), 0);
	/* A status that went wrong. */
	put(&n, 0, COMMON(device_status), 1, VIRTIO_CONFIG_S_FAILED);
	assert_false(virtio_nic_runs(&n));
}

static void sizes_that_are_none(void **state)
{
	static const uint16_t sizes[] = { 0, 3, 257, 512, 0xffff };
	struct virtio_nic n;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 1);
	start_driver(&n, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		put(&n, 0, COMMON(queue_size), 2, sizes[i]);
		assert_int_equal(get(&n, 0, COMMON(queue_size), 2), SIZE);
	}
}

static void notifications(void **state)
{
	struct virtio_nic n;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 1);
	assert_int_equal(put(&n, 0, VIRTIO_NIC_NOTIFY, 2, 0), virtio_nic_notifies(0));
	assert_int_equal(put(&n, 0, VIRTIO_NIC_NOTIFY + 4, 4, 1), virtio_nic_notifies(1));
	assert_int_equal(put(&n, 0, VIRTIO_NIC_NOTIFY + 8, 2, 2), 0);
	assert_int_equal(put(&n, 0, VIRTIO_NIC_ISR, 1, 1), 0);
	assert_int_equal(get(&n, 0, VIRTIO_NIC_ISR, 1), 0);
	assert_int_equal(put(&n, 0, VIRTIO_NIC_DEVICE, 4, 1), 0);
	assert_int_equal(get(&n, 0, VIRTIO_NIC_DEVICE, 1), mac[0]);
}

static void resets(void **state)
{
	const uint64_t all = virtio_nic_renews(0) | virtio_nic_renews(1) |
			     VIRTIO_NIC_VECTORS_CHANGED;
	struct virtio_nic n, new;

	(void)state;
	virtio_nic_init(&new, mac, SIZE, 1);
	virtio_nic_init(&n, mac, SIZE, 1);
	start_driver(&n, 0);
	set_up_queue(&n, 0, 64);
	set_up_queue(&n, 1, 64);
	put(&n, 0, COMMON(device_status), 1, VIRTIO_CONFIG_S_DRIVER_OK);
	/* Not agreed upon. */
	assert_int_equal(put(&n, 0, QUEUE_RESET, 2, 1), 0);
	assert_true(virtio_nic_runs(&n));
	assert_true(virtio_nic_disturbs(&n, 0, COMMON(device_status), 1));
	assert_true(virtio_nic_disturbs(&n, 0, QUEUE_RESET, 2));
	assert_true(virtio_nic_disturbs(&n, 0, COMMON(queue_enable), 2));
	assert_false(virtio_nic_disturbs(&n, 0, VIRTIO_NIC_NOTIFY, 2));
	assert_false(virtio_nic_disturbs(&n, CONFIG, PCI_COMMAND, 2));
	assert_int_equal(put(&n, 0, COMMON(device_status), 1, 0), all);
	assert_memory_equal(&n, &new, sizeof(n)); /* 2.4: as after power-on */

	start_driver(&n, UINT64_C(1) << VIRTIO_F_RING_RESET);
	set_up_queue(&n, 0, 64);
	set_up_queue(&n, 1, 64);
	put(&n, 0, COMMON(device_status), 1, VIRTIO_CONFIG_S_DRIVER_OK);
	/* 4.1.4.3.1: one queue is as new, and may be enabled again. */
	assert_int_equal(
		put(&n, 0, QUEUE_RESET, 2, 1), virtio_nic_renews(1) | VIRTIO_NIC_VECTORS_CHANGED);
	assert_int_equal(get(&n, 0, QUEUE_RESET, 2), 0);
	assert_int_equal(get(&n, 0, COMMON(queue_enable), 2), 0);
	assert_int_equal(get(&n, 0, COMMON(queue_size), 2), SIZE);
	assert_true(n.queue[0].enabled && !virtio_nic_runs(&n));
	set_up_queue(&n, 1, 128);
	assert_true(virtio_nic_runs(&n) && n.queue[1].size == 128);
}

/* 5.1.2, 5.1.3, 5.1.4: several queue pairs, and the control queue behind them. */
static void several_pairs(void **state)
{
	const uint64_t control = UINT64_C(1) << VIRTIO_NET_F_CTRL_VQ;
	const uint64_t both = control | UINT64_C(1) << VIRTIO_NET_F_MQ;
	struct virtio_nic n;
	uint64_t offered;

	(void)state;
	virtio_nic_init(&n, mac, SIZE, 4);
	offered = get(&n, 0, COMMON(device_feature), 4);
	assert_true((offered & both) == both);
	assert_int_equal(get(&n, 0, COMMON(num_queues), 2), 9);
	assert_int_equal(get(&n, 0, VIRTIO_NIC_DEVICE + 8, 2), 4); /* max_virtqueue_pairs */
	assert_int_equal(get(&n, 0, VIRTIO_NIC_DEVICE + 6, 2), 0);
	assert_int_equal(virtio_nic_vectors(&n), 10);
	/* 5.1.3.1: not without the control queue. */
	put(&n, 0, COMMON(device_status), 1, ACKED);
	accept_features(&n, UINT64_C(1) << VIRTIO_F_VERSION_1 | UINT64_C(1) << VIRTIO_NET_F_MQ);
	put(&n, 0, COMMON(device_status), 1, ACKED | VIRTIO_CONFIG_S_FEATURES_OK);
	assert_int_equal(get(&n, 0, COMMON(device_status), 1), ACKED);

	/* Without VIRTIO_NET_F_MQ the control queue is the third. */
	start_driver(&n, control);
	assert_int_equal(virtio_nic_control(&n), 2);
	assert_int_equal(virtio_nic_pairs_agreed(&n), 1);
	put(&n, 0, COMMON(queue_select), 2, 2);
	assert_int_equal(get(&n, 0, COMMON(queue_size), 2), VIRTIO_NIC_CONTROL_SIZE);
	assert_true(virtio_nic_disturbs(&n, 0, VIRTIO_NIC_NOTIFY + 4 * 2, 2));
	put(&n, 0, COMMON(device_status), 1, 0);
	assert_int_equal(virtio_nic_control(&n), -1);
	assert_false(virtio_nic_disturbs(&n, 0, VIRTIO_NIC_NOTIFY + 4 * 2, 2));

	start_driver(&n, both);
	assert_int_equal(virtio_nic_control(&n), 8);
	assert_int_equal(virtio_nic_pairs_agreed(&n), 4);
	put(&n, 0, COMMON(queue_select), 2, 8);
	assert_int_equal(get(&n, 0, COMMON(queue_size), 2), VIRTIO_NIC_CONTROL_SIZE);
	put(&n, 0, COMMON(queue_size), 2, SIZE); /* too many: as it was */
	assert_int_equal(get(&n, 0, COMMON(queue_size), 2), VIRTIO_NIC_CONTROL_SIZE);
	put(&n, 0, COMMON(queue_msix_vector), 2, 9);
	assert_int_equal(get(&n, 0, COMMON(queue_msix_vector), 2), 9);
	put(&n, 0, COMMON(queue_select), 2, 9);
	assert_int_equal(get(&n, 0, COMMON(queue_size), 2), 0);
	assert_int_equal(put(&n, 0, VIRTIO_NIC_NOTIFY + 4 * 8, 2, 8), virtio_nic_notifies(8));
	assert_int_equal(put(&n, 0, VIRTIO_NIC_NOTIFY + 4 * 9, 2, 9), 0);
	assert_true(virtio_nic_disturbs(&n, 0, VIRTIO_NIC_NOTIFY + 4 * 8, 2));
	assert_false(virtio_nic_disturbs(&n, 0, VIRTIO_NIC_NOTIFY + 4 * 7, 2));
	/* It runs with the pairs that are in use, all of them enabled. */
	put(&n, 0, COMMON(device_status), 1, VIRTIO_CONFIG_S_DRIVER_OK);
	set_up_queue(&n, 0, 64);
	set_up_queue(&n, 1, 64);
	assert_true(virtio_nic_runs(&n));
	n.pairs = 2;
	assert_false(virtio_nic_runs(&n));
	set_up_queue(&n, 2, 64);
	assert_false(virtio_nic_runs(&n));
	set_up_queue(&n, 3, 64);
	assert_true(virtio_nic_runs(&n));
	assert_true((put(&n, 0, COMMON(device_status), 1, 0) & virtio_nic_renews(8)) != 0);
	assert_int_equal(n.pairs, 1);
}

/* Of any width, at any place: within the region nothing goes wrong, and nobody's memory is touched. */
static void any_access(void **state)
{
	static const uint32_t region[] = { 0, 1, CONFIG };
	struct virtio_nic n;
	uint8_t data[1026];

	(void)state;
	for (size_t r = 0; r < G_N_ELEMENTS(region); r++) {
		uint32_t len = virtio_nic_region_len(region[r]);

		for (uint32_t count = 0; count <= 1024; count = count * 2 + (count < 3)) {
			for (uint32_t at = 0; at + count <= len; at += at < 300 ? 1 : 509) {
				virtio_nic_init(&n, mac, SIZE, 1);
				memset(data, 0x5a, sizeof(data));
				virtio_nic_read(&n, region[r], at, data + 1, count);
				assert_true(data[0] == 0x5a && data[count + 1] == 0x5a);
				memset(data, 0xff, sizeof(data));
				virtio_nic_write(&n, region[r], at, data + 1, count);
				assert_memory_equal(n.mac, mac, 6);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configuration_space),
		cmocka_unit_test(msix),
		cmocka_unit_test(access_by_configuration_space),
		cmocka_unit_test(features),
		cmocka_unit_test(queues),
		cmocka_unit_test(sizes_that_are_none),
		cmocka_unit_test(notifications),
		cmocka_unit_test(resets),
		cmocka_unit_test(several_pairs),
		cmocka_unit_test(any_access),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
