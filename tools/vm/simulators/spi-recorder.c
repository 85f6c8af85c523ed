// SPDX-License-Identifier: GPL-2.0
/*
 * An SPI controller without wires: it takes as long as wires would, and whoever reads /dev/spi-recorder gets one transfer
 * at a time, the oldest first: its speed in Hz, its mode and its length in bytes, 32 bits each, and what was sent.
 * A read of nothing means that there is no more. Its one device is /dev/spidev0.0.
 */
#include <linux/delay.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/spi/spi.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define MOST_BYTES 4096
/* Older ones give way. */
#define MOST_RECORDS 256

struct record {
	u32 speed;
	u32 mode;
	u32 length;
	u8 bytes[MOST_BYTES];
};

static struct record *records;
static unsigned int oldest, next;
static DEFINE_MUTEX(lock);
static struct platform_device *platform;
static struct spi_controller *controller;

static int transfer(struct spi_controller *host, struct spi_device *device, struct spi_transfer *sent)
{
	struct record *record;
	unsigned long duration = (unsigned long)sent->len * 8 * USEC_PER_SEC / sent->speed_hz;

	if (!sent->tx_buf || sent->len > MOST_BYTES)
		return -EINVAL;
	usleep_range(duration, duration + 100);
	mutex_lock(&lock);
	record = &records[next++ % MOST_RECORDS];
	record->speed = sent->speed_hz;
	record->mode = device->mode;
	record->length = sent->len;
	memcpy(record->bytes, sent->tx_buf, sent->len);
	if (next - oldest > MOST_RECORDS)
		oldest++;
	mutex_unlock(&lock);
	return 0;
}

static ssize_t recorder_read(struct file *file, char __user *to, size_t size, loff_t *position)
{
	struct record *record;
	ssize_t length = 0;

	mutex_lock(&lock);
	if (oldest != next) {
		record = &records[oldest++ % MOST_RECORDS];
		length = offsetof(struct record, bytes) + record->length;
		if (size < length || copy_to_user(to, record, length))
			length = -EFAULT;
	}
	mutex_unlock(&lock);
	return length;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.read = recorder_read,
};

static struct miscdevice recorder = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "spi-recorder",
	.fops = &operations,
};

static int add_controller(void)
{
	/* Of the names that spidev answers to, one. */
	struct spi_board_info device = { .modalias = "dh2228fv", .max_speed_hz = 50000000 };
	int error;

	controller = spi_alloc_host(&platform->dev, 0);
	if (!controller)
		return -ENOMEM;
	controller->bus_num = 0;
	controller->num_chipselect = 1;
	controller->bits_per_word_mask = SPI_BPW_MASK(8);
	controller->mode_bits = SPI_CPOL | SPI_CPHA;
	controller->transfer_one = transfer;
	error = spi_register_controller(controller);
	if (error) {
		spi_controller_put(controller);
		return error;
	}
	return spi_new_device(controller, &device) ? 0 : -ENODEV;
}

/* It stays until the machine ends: nothing is ever undone. */
static int __init start(void)
{
	records = vzalloc(MOST_RECORDS * sizeof(*records));
	if (!records)
		return -ENOMEM;
	platform = platform_device_register_simple("spi-recorder", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	return misc_register(&recorder) ?: add_controller();
}
module_init(start);

MODULE_DESCRIPTION("SPI controller that keeps what it is given");
MODULE_LICENSE("GPL");
