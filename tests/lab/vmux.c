/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stand-in for vmux (github.com/vmuxIO/vmuxIO) with its command line: an e1000 (82540EM, INTx) for
 * each guest, between its tap and a QEMU >= 10.1 by vfio-user. As vmux does it leaves its sockets when
 * it is killed, and ends when a guest goes. Registers as in Intel's 8254x manual (317453), as far as
 * Linux's driver uses them; messages as in QEMU's docs/interop/vfio-user.rst.
 *
 * $VMUX_FAULT names a file; its word is what goes wrong, and is deleted when it has:
 *   exit      before there is a socket, with status 1
 *   leave     as soon as the sockets are there, which stay
 *   mute      no socket is ever made
 *   die:N     SIGSEGV, after N frames to guests
 *   hang:N    no message is answered any more, after N frames to guests
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/vfio.h>
#include <netinet/ether.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
	GUESTS_MAX = 16,
	REGIONS_MAX = 64,
	FRAME_MAX = 16384,
	BODY_MAX = 4096,
	BAR0_LEN = 0x20000,
	BAR1_LEN = 0x40,
	CONFIG_LEN = 0x100,
	NB_REGIONS = VFIO_PCI_NUM_REGIONS,
	FCS_LEN = 4,
};

enum command {
	VERSION = 1,
	DMA_MAP,
	DMA_UNMAP,
	GET_INFO,
	GET_REGION_INFO,
	GET_IRQ_INFO = 7,
	SET_IRQS,
	REGION_READ,
	REGION_WRITE,
	RESET = 13,
};

enum { IS_REPLY = 1, NO_REPLY = 1 << 4, IS_ERROR = 1 << 5 };

struct header {
	uint16_t id, command;
	uint32_t size, flags, error;
};

/* Offsets of registers. */
enum {
	CTRL = 0x0000,
	STATUS = 0x0008,
	EECD = 0x0010,
	MDIC = 0x0020,
	ICR = 0x00c0,
	ICS = 0x00c8,
	IMS = 0x00d0,
	IMC = 0x00d8,
	RCTL = 0x0100,
	RDBAL = 0x2800,
	RDBAH = 0x2804,
	RDLEN = 0x2808,
	RDH = 0x2810,
	RDT = 0x2818,
	TDBAL = 0x3800,
	TDBAH = 0x3804,
	TDLEN = 0x3808,
	TDH = 0x3810,
	TDT = 0x3818,
};

enum {
	CTRL_RST = 1 << 26,
	RCTL_EN = 1 << 1,
	CAUSE_TXDW = 1 << 0,
	CAUSE_RXT0 = 1 << 7,
	EECD_SK = 1 << 0,
	EECD_CS = 1 << 1,
	EECD_DI = 1 << 2,
	EECD_DO = 1 << 3,
	EECD_GNT = 1 << 7,
	EECD_PRES = 1 << 8,
	TX_EOP = 1 << 24,
	TX_RS = 1 << 27,
	TX_DEXT = 1 << 29,
	TX_DTYP = 15 << 20, /* 0: a context, no data */
	DONE = 1 << 0,
	RX_EOP = 1 << 1,
};

struct tx_descriptor {
	uint64_t address;
	uint32_t lower, upper;
};

struct rx_descriptor {
	uint64_t address;
	uint16_t length, checksum;
	uint8_t status, errors;
	uint16_t special;
};

struct guest {
	const char *socket, *tap_name;
	uint8_t mac[6];
	int listener, client, tap, irq;
	bool masked; /* the interrupt, until the guest has looked at its cause */
	struct {
		uint64_t address, size;
		uint8_t *at; /* NULL: free */
	} memory[REGIONS_MAX];
	uint8_t config[CONFIG_LEN];
	uint32_t reg[BAR0_LEN / 4], io_address;
	uint16_t eeprom[64], phy[32];
	struct { /* of the EEPROM's serial bus (Microwire) */
		uint32_t lines, in;
		unsigned nb_in, out;
		bool reading;
	} bus;
	uint8_t frame[FRAME_MAX]; /* that it is sending */
	size_t frame_len;
};

static struct guest guests[GUESTS_MAX];
static unsigned nb_guests;
static long frames_left = -1; /* until hang or death; -1: for ever */
static bool dies;

#define give_up(...) (fprintf(stderr, "vmux: " __VA_ARGS__), fputc('\n', stderr), exit(1))

/* Where len bytes of the guest are; NULL: nowhere, or not in one piece. */
static void *guest_memory(const struct guest *g, uint64_t address, uint64_t len)
{
	for (unsigned i = 0; i < REGIONS_MAX; i++) {
		uint64_t at = address - g->memory[i].address;

		if (g->memory[i].at != NULL && address >= g->memory[i].address &&
			at <= g->memory[i].size && len <= g->memory[i].size - at)
			return g->memory[i].at + at;
	}
	return NULL;
}

static void raise_interrupt(struct guest *g)
{
	const uint64_t one = 1;

	if ((g->reg[ICR / 4] & g->reg[IMS / 4]) == 0 || g->irq < 0 || g->masked)
		return;
	g->masked = true;
	if (write(g->irq, &one, sizeof(one)) < 0)
		give_up("interrupt: %s", strerror(errno));
}

static void set_cause(struct guest *g, uint32_t cause)
{
	g->reg[ICR / 4] |= cause;
	raise_interrupt(g);
}

static void *descriptor(const struct guest *g, unsigned low, unsigned high, unsigned nth)
{
	uint64_t base = (uint64_t)g->reg[high / 4] << 32 | g->reg[low / 4];

	return guest_memory(g, base + 16ULL * nth, 16);
}

static uint32_t next_of(const struct guest *g, unsigned head, unsigned len)
{
	uint32_t nb = g->reg[len / 4] / 16;

	return nb == 0 ? 0 : (g->reg[head / 4] + 1) % nb;
}

static void send_frames(struct guest *g)
{
	while (g->reg[TDH / 4] != g->reg[TDT / 4]) {
		struct tx_descriptor *d = descriptor(g, TDBAL, TDBAH, g->reg[TDH / 4]);
		uint32_t len = d == NULL ? 0 : d->lower & 0xffff;
		bool context = d != NULL && (d->lower & (TX_DEXT | TX_DTYP)) == TX_DEXT;
		const void *from = d == NULL ? NULL : guest_memory(g, d->address, len);

		if (d == NULL)
			give_up("%s: no memory at its descriptors", g->socket);
		if (from != NULL && !context && g->frame_len + len <= FRAME_MAX) {
			memcpy(g->frame + g->frame_len, from, len);
			g->frame_len += len;
		}
		if (!context && (d->lower & TX_EOP) != 0) {
			/* A tap that is full or down loses it, as a wire would. */
			if (write(g->tap, g->frame, g->frame_len) < 0 && errno != EAGAIN &&
				errno != EIO && errno != ENOBUFS)
				give_up("%s: %s", g->tap_name, strerror(errno));
			g->frame_len = 0;
		}
		if ((d->lower & TX_RS) != 0)
			d->upper |= DONE;
		g->reg[TDH / 4] = next_of(g, TDH, TDLEN);
	}
	set_cause(g, CAUSE_TXDW);
}

static bool can_receive(const struct guest *g)
{
	return g->client >= 0 && (g->reg[RCTL / 4] & RCTL_EN) != 0 &&
	       g->reg[RDH / 4] != g->reg[RDT / 4];
}

static void count_frame(void)
{
	if (frames_left < 0 || --frames_left > 0)
		return;
	if (dies) {
		fputs("vmux: rx: assertion failed, as it was told\n", stderr);
		raise(SIGSEGV);
	}
	for (;;)
		pause();
}

static void receive_frame(struct guest *g)
{
	static uint8_t frame[FRAME_MAX];
	ssize_t len = read(g->tap, frame, sizeof(frame) - FCS_LEN);
	struct rx_descriptor *d = descriptor(g, RDBAL, RDBAH, g->reg[RDH / 4]);
	void *to;

	if (len < 14 || ((frame[0] & 1) == 0 && memcmp(frame, g->mac, 6) != 0))
		return;
	memset(frame + len, 0, FCS_LEN);
	to = d == NULL ? NULL : guest_memory(g, d->address, (uint64_t)len + FCS_LEN);
	if (to == NULL)
		return;
	memcpy(to, frame, (size_t)len + FCS_LEN);
	d->length = (uint16_t)(len + FCS_LEN);
	d->checksum = d->errors = 0;
	__atomic_store_n(&d->status, DONE | RX_EOP, __ATOMIC_RELEASE);
	g->reg[RDH / 4] = next_of(g, RDH, RDLEN);
	set_cause(g, CAUSE_RXT0);
	count_frame();
}

/* Section 5.3.1: a start bit, two of the command, six of the address; then 16 of each word. */
static void write_eecd(struct guest *g, uint32_t value)
{
	uint32_t changed = value ^ g->bus.lines;

	g->bus.lines = value & ~(uint32_t)EECD_DO & 0x7f;
	if ((value & EECD_CS) == 0)
		return;
	if ((changed & EECD_CS) != 0) {
		g->bus.in = g->bus.nb_in = g->bus.out = 0;
		g->bus.reading = false;
	}
	if ((changed & EECD_SK) == 0)
		return;
	if ((value & EECD_SK) == 0) {
		g->bus.out++;
		return;
	}
	g->bus.in = g->bus.in << 1 | (value & EECD_DI) / EECD_DI;
	if (++g->bus.nb_in == 9 && !g->bus.reading) {
		g->bus.out = (g->bus.in & 0x3f) * 16 - 1;
		g->bus.reading = (g->bus.in >> 6 & 7) == 6;
	}
}

static uint32_t read_eecd(const struct guest *g)
{
	uint16_t word = g->eeprom[g->bus.out / 16 % 64];
	bool high = !g->bus.reading || (word >> (15 - g->bus.out % 16) & 1) != 0;

	return g->bus.lines | EECD_PRES | EECD_GNT | (high ? EECD_DO : 0);
}

/* Data, register, PHY 1, operation 1 (write) or 2 (read); ready. The PHY has agreed on 1000BASE-T. */
static uint32_t access_phy(struct guest *g, uint32_t value)
{
	unsigned reg = value >> 16 & 31, operation = value >> 26 & 3;

	if ((value >> 21 & 31) != 1)
		return value | 1U << 28 | 1U << 30;
	if (operation == 1 && reg == 0)
		g->phy[reg] = (uint16_t)(value & 0x7dff); /* reset and restart are over at once */
	else if (operation == 1 && reg > 3)
		g->phy[reg] = (uint16_t)value;
	return (value & 0xffff0000) | (operation == 2 ? g->phy[reg] : value & 0xffff) | 1U << 28;
}

static void reset_device(struct guest *g)
{
	static const struct {
		unsigned reg;
		uint16_t value;
	} phy[] = { { 0, 0x1140 }, { 1, 0x796d }, { 2, 0x0141 }, { 3, 0x0c20 }, { 4, 0x0de1 },
		{ 5, 0x01e0 }, { 9, 0x0e00 }, { 10, 0x3c00 }, { 16, 0x0360 }, { 17, 0xac00 },
		{ 20, 0x0d60 } };
	uint16_t sum = 0;

	memset(g->reg, 0, sizeof(g->reg));
	memset(&g->bus, 0, sizeof(g->bus));
	g->frame_len = 0;
	g->reg[STATUS / 4] = 0x80080783; /* full duplex, link up, 1000 Mbit/s */
	for (unsigned i = 0; i < sizeof(phy) / sizeof(phy[0]); i++)
		g->phy[phy[i].reg] = phy[i].value;
	for (unsigned i = 0; i < 3; i++)
		g->eeprom[i] = (uint16_t)(g->mac[2 * i] | g->mac[2 * i + 1] << 8);
	for (unsigned i = 0; i < 63; i++)
		sum = (uint16_t)(sum + g->eeprom[i]);
	g->eeprom[63] = (uint16_t)(0xbaba - sum);
}

static void write_register(struct guest *g, uint32_t at, uint32_t value)
{
	switch (at) {
	case CTRL:
		if ((value & CTRL_RST) != 0)
			reset_device(g);
		g->reg[CTRL / 4] = value & ~(uint32_t)CTRL_RST;
		break;
	case EECD:
		write_eecd(g, value);
		break;
	case MDIC:
		g->reg[MDIC / 4] = access_phy(g, value);
		break;
	case ICR:
		g->reg[ICR / 4] &= ~value;
		break;
	case ICS:
		set_cause(g, value);
		break;
	case IMS:
		g->reg[IMS / 4] |= value;
		raise_interrupt(g);
		break;
	case IMC:
		g->reg[IMS / 4] &= ~value;
		break;
	case STATUS:
		break;
	default:
		g->reg[at / 4] = value;
		if (at == TDT)
			send_frames(g);
	}
}

static uint32_t read_register(struct guest *g, uint32_t at)
{
	uint32_t value = at == EECD ? read_eecd(g) : g->reg[at / 4];

	if (at == ICR)
		g->reg[ICR / 4] = 0;
	return value;
}

static void make_config(struct guest *g)
{
	static const uint8_t head[] = { 0x86, 0x80, 0x0e, 0x10, 0, 0, 0, 0, 3, 0, 0, 2 };

	memcpy(g->config, head, sizeof(head));
	g->config[0x14] = 1; /* BAR 1 is of ports */
	memcpy(g->config + 0x2c, "\x86\x80\x1e", 3);
	g->config[0x3d] = 1; /* INTA */
}

static uint32_t region_len(uint32_t region)
{
	switch (region) {
	case VFIO_PCI_BAR0_REGION_INDEX:
		return BAR0_LEN;
	case VFIO_PCI_BAR1_REGION_INDEX:
		return BAR1_LEN;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return CONFIG_LEN;
	default:
		return 0;
	}
}

static void read_region(
	struct guest *g, uint32_t region, uint32_t at, uint8_t *data, uint32_t count)
{
	uint32_t value = 0;

	if (region == VFIO_PCI_CONFIG_REGION_INDEX) {
		memcpy(data, g->config + at, count);
		return;
	}
	if (region == VFIO_PCI_BAR0_REGION_INDEX)
		value = read_register(g, at & ~3U) >> (at & 3) * 8;
	else
		value = (at & ~3U) == 4 ? read_register(g, g->io_address) : g->io_address;
	memcpy(data, &value, count < 4 ? count : 4);
}

static void write_region(
	struct guest *g, uint32_t region, uint32_t at, const uint8_t *data, uint32_t count)
{
	uint32_t value = 0;

	memcpy(&value, data, count < 4 ? count : 4);
	if (region == VFIO_PCI_BAR0_REGION_INDEX)
		write_register(g, at & ~3U, value);
	else if (region == VFIO_PCI_BAR1_REGION_INDEX && (at & ~3U) == 4)
		write_register(g, g->io_address, value);
	else if (region == VFIO_PCI_BAR1_REGION_INDEX)
		g->io_address = value % BAR0_LEN & ~3U;
	else if (at == 4 || at == 0x3c) /* command, line of the interrupt; QEMU has the BARs */
		memcpy(g->config + at, data, count < 2 ? count : 2);
}

static void map_memory(struct guest *g, const uint64_t *at, int fd)
{
	uint64_t offset = at[1], address = at[2], size = at[3];
	unsigned i = 0;

	if (fd < 0)
		return; /* of a ROM, say: nothing that frames are in */
	while (i < REGIONS_MAX && g->memory[i].at != NULL)
		i++;
	if (i == REGIONS_MAX)
		give_up("more than %d pieces of memory", REGIONS_MAX);
	g->memory[i].address = address;
	g->memory[i].size = size;
	g->memory[i].at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	if (g->memory[i].at == MAP_FAILED)
		give_up("memory of a guest: %s", strerror(errno));
}

static void unmap_memory(struct guest *g, const uint64_t *at)
{
	bool all = (at[0] >> 32 & VFIO_DMA_UNMAP_FLAG_ALL) != 0;

	for (unsigned i = 0; i < REGIONS_MAX; i++) {
		if (g->memory[i].at == NULL ||
			(!all && (g->memory[i].address < at[1] ||
					 g->memory[i].address - at[1] >= at[2])))
			continue;
		munmap(g->memory[i].at, g->memory[i].size);
		g->memory[i].at = NULL;
	}
}

/* Takes *fd where it keeps it. */
static void set_irqs(struct guest *g, const struct vfio_irq_set *set, int *fd)
{
	if (set->index != VFIO_PCI_INTX_IRQ_INDEX)
		return;
	if ((set->flags & VFIO_IRQ_SET_ACTION_TRIGGER) != 0) {
		if (g->irq >= 0)
			close(g->irq);
		g->irq = *fd;
		*fd = -1;
		g->masked = false;
	} else if ((set->flags & VFIO_IRQ_SET_DATA_NONE) != 0) {
		g->masked = (set->flags & VFIO_IRQ_SET_ACTION_MASK) != 0;
	}
	raise_interrupt(g);
}

static void send_reply(struct guest *g, struct header h, const void *body, size_t len, int error)
{
	uint8_t message[sizeof(h) + BODY_MAX];

	if ((h.flags & NO_REPLY) != 0)
		return;
	h.flags = error == 0 ? IS_REPLY : IS_REPLY | IS_ERROR;
	h.error = (uint32_t)error;
	h.size = (uint32_t)(sizeof(h) + len);
	memcpy(message, &h, sizeof(h));
	memcpy(message + sizeof(h), body, len);
	if (send(g->client, message, h.size, MSG_NOSIGNAL) != (ssize_t)h.size)
		give_up("%s: cannot answer: %s", g->socket, strerror(errno));
}

static void answer_version(struct guest *g, const struct header *h, uint8_t *body)
{
	static const char capabilities
		[] = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1024}}";

	memcpy(body + 4, capabilities,
		sizeof(capabilities)); /* behind the versions that it named */
	send_reply(g, *h, body, 4 + sizeof(capabilities), 0);
}

static void answer_region_info(struct guest *g, const struct header *h, uint8_t *body)
{
	struct vfio_region_info info;

	memcpy(&info, body, sizeof(info));
	info.argsz = sizeof(info);
	info.size = region_len(info.index);
	info.flags = info.size == 0 ? 0 : VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	info.offset = info.cap_offset = 0;
	send_reply(g, *h, &info, sizeof(info), 0);
}

static void answer_irq_info(struct guest *g, const struct header *h, uint8_t *body)
{
	struct vfio_irq_info info;

	memcpy(&info, body, sizeof(info));
	info.argsz = sizeof(info);
	info.count = info.index == VFIO_PCI_INTX_IRQ_INDEX;
	info.flags = info.count == 0 ? 0
				     : VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
					       VFIO_IRQ_INFO_AUTOMASKED;
	send_reply(g, *h, &info, sizeof(info), 0);
}

/* Offset (64 bit), region, count, data. */
static void answer_access(struct guest *g, const struct header *h, uint8_t *body)
{
	uint64_t at;
	uint32_t region, count;

	memcpy(&at, body, 8);
	memcpy(&region, body + 8, 4);
	memcpy(&count, body + 12, 4);
	if (count > 1024 || at + count > region_len(region)) {
		send_reply(g, *h, body, 0, EINVAL);
		return;
	}
	if (h->command == REGION_READ)
		read_region(g, region, (uint32_t)at, body + 16, count);
	else
		write_region(g, region, (uint32_t)at, body + 16, count);
	send_reply(g, *h, body, 16 + (h->command == REGION_READ ? count : 0), 0);
}

static void answer_message(struct guest *g, const struct header *h, uint8_t *body, int *fd)
{
	const struct vfio_device_info info = { .argsz = 16,
		.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET,
		.num_regions = NB_REGIONS,
		.num_irqs = VFIO_PCI_NUM_IRQS };

	switch (h->command) {
	case VERSION:
		answer_version(g, h, body);
		break;
	case GET_INFO:
		send_reply(g, *h, &info, info.argsz, 0);
		break;
	case GET_REGION_INFO:
		answer_region_info(g, h, body);
		break;
	case GET_IRQ_INFO:
		answer_irq_info(g, h, body);
		break;
	case REGION_READ:
	case REGION_WRITE:
		answer_access(g, h, body);
		break;
	case DMA_MAP:
		map_memory(g, (const uint64_t *)(const void *)body, *fd);
		send_reply(g, *h, body, 0, 0);
		break;
	case DMA_UNMAP:
		unmap_memory(g, (const uint64_t *)(const void *)body);
		send_reply(g, *h, body, 24, 0);
		break;
	case SET_IRQS:
		set_irqs(g, (const struct vfio_irq_set *)(const void *)body, fd);
		send_reply(g, *h, body, 0, 0);
		break;
	case RESET:
		reset_device(g);
		send_reply(g, *h, body, 0, 0);
		break;
	default:
		send_reply(g, *h, body, 0, ENOTSUP);
	}
}

/* A message of the guest's QEMU, and what it gave with it. */
static void serve_client(struct guest *g)
{
	static _Alignas(8) uint8_t body[BODY_MAX];
	struct header h;
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} control;
	struct iovec into = { &h, sizeof(h) };
	struct msghdr m = { .msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(g->client, &m, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n <= 0 ? NULL : CMSG_FIRSTHDR(&m);
	int fd = -1;

	if (c != NULL && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	if (n != sizeof(h))
		give_up("runner of %s: does not want to run anymore (did the VM disconnect?)",
			g->socket);
	if (h.size < sizeof(h) || h.size - sizeof(h) > BODY_MAX)
		give_up("%s: message of %u bytes", g->socket, h.size);
	memset(body, 0, sizeof(body));
	if (h.size > sizeof(h) && recv(g->client, body, h.size - sizeof(h), MSG_WAITALL) !=
					  (ssize_t)(h.size - sizeof(h)))
		give_up("%s: message is truncated", g->socket);
	answer_message(g, &h, body, &fd);
	if (fd >= 0)
		close(fd);
}

static void open_tap(struct guest *g)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	snprintf(request.ifr_name, IFNAMSIZ, "%s", g->tap_name);
	g->tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (g->tap < 0 || ioctl(g->tap, TUNSETIFF, &request) != 0)
		give_up("tap %s: %s", g->tap_name, strerror(errno));
}

static void open_socket(struct guest *g)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };

	if (snprintf(where.sun_path, sizeof(where.sun_path), "%s", g->socket) >=
		(int)sizeof(where.sun_path))
		give_up("%s: longer than a socket's name can be", g->socket);
	unlink(g->socket);
	g->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (g->listener < 0 || bind(g->listener, (struct sockaddr *)&where, sizeof(where)) != 0 ||
		listen(g->listener, 0) != 0)
		give_up("%s: %s", g->socket, strerror(errno));
}

/* The word of $VMUX_FAULT, "" for none; what has gone wrong once goes well the next time. */
static void read_fault(char word[32])
{
	const char *path = getenv("VMUX_FAULT");
	FILE *f = path == NULL ? NULL : fopen(path, "r");

	word[0] = '\0';
	if (f == NULL)
		return;
	if (fscanf(f, "%31s", word) != 1)
		word[0] = '\0';
	fclose(f);
	unlink(path);
	dies = strncmp(word, "die:", 4) == 0;
	if (dies || strncmp(word, "hang:", 5) == 0)
		frames_left = strtol(strchr(word, ':') + 1, NULL, 10);
}

/* Options of vmux: -s -d -t -m -e -f a guest each, -b, -q, -u; DPDK's behind "--". */
static void read_options(int argc, char **argv)
{
	const char *base = "52:54:00:fa:00:60";
	unsigned nb[128] = { 0 };
	int option;

	while ((option = getopt(argc, argv, "hd:t:s:m:a:e:f:b:qu")) != -1) {
		if (option == 'u' || option == '?')
			give_up("this stand-in has no DPDK and no other options");
		if (option == 'b')
			base = optarg;
		if (strchr("dtsmef", option) == NULL)
			continue;
		if (nb[option] == GUESTS_MAX)
			give_up("more than %d guests", GUESTS_MAX);
		if (option == 's')
			guests[nb['s']].socket = optarg;
		if (option == 't')
			guests[nb['t']].tap_name = optarg;
		nb[option]++;
	}
	nb_guests = nb['s'];
	if (nb_guests == 0 || nb['d'] != nb_guests || nb['t'] != nb_guests || nb['m'] != nb_guests)
		give_up("expected as many -s, -d, -t and -m");
	for (unsigned i = 0; i < nb_guests; i++) {
		struct guest *g = &guests[i];
		uint8_t *mac = g->mac;

		g->client = g->irq = -1;
		if (ether_aton_r(base, (struct ether_addr *)mac) == NULL)
			give_up("-b: '%s' is no MAC", base);
		mac[5] = (uint8_t)(mac[5] + i);
	}
}

int main(int argc, char **argv)
{
	struct pollfd polled[2 * GUESTS_MAX];
	char fault[32];

	read_options(argc, argv);
	read_fault(fault);
	if (strcmp(fault, "exit") == 0)
		give_up("cannot do what it was asked to, as it was told");
	while (strcmp(fault, "mute") == 0)
		pause();
	for (unsigned i = 0; i < nb_guests; i++) {
		open_tap(&guests[i]);
		reset_device(&guests[i]);
		make_config(&guests[i]);
		open_socket(&guests[i]);
	}
	if (strcmp(fault, "leave") == 0)
		give_up("leaves its sockets, as it was told");
	for (;;) {
		for (unsigned i = 0; i < nb_guests; i++) {
			struct guest *g = &guests[i];

			polled[2 * i] = (struct pollfd){ g->client < 0 ? g->listener : g->client,
				POLLIN, 0 };
			polled[2 * i + 1] = (struct pollfd){ can_receive(g) ? g->tap : -1, POLLIN,
				0 };
		}
		if (poll(polled, 2 * nb_guests, -1) < 0)
			give_up("poll: %s", strerror(errno));
		for (unsigned i = 0; i < nb_guests; i++) {
			struct guest *g = &guests[i];

			if (polled[2 * i].revents != 0 && g->client >= 0)
				serve_client(g);
			else if (polled[2 * i].revents != 0)
				g->client = accept4(g->listener, NULL, NULL, SOCK_CLOEXEC);
			if (polled[2 * i + 1].revents != 0 && can_receive(g))
				receive_frame(g);
		}
	}
}
