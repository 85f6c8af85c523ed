// SPDX-License-Identifier: GPL-2.0
/*
 * How a Raspberry Pi feels, as its drivers tell it: the thermal zone of the processor, whose frequency the kernel lowers by
 * a cooling device from 80 °C on; the sensor of the supply voltage; and the state of its firmware, which the maker's kernel tells
 * (a device that can be unbound from its driver, as all can). What they measure is written to the module's parameters.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/hwmon.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/thermal.h>

#define HOT 80000
#define LOOK_MS 100
#define SLOWEST 3

static int temperature = 50000;
module_param(temperature, int, 0644);
MODULE_PARM_DESC(temperature, "of the processor, in thousandths of a degree Celsius");

static bool undervoltage;
module_param(undervoltage, bool, 0644);
MODULE_PARM_DESC(undervoltage, "whether the supply voltage is too low");

static unsigned int throttled;
module_param(throttled, uint, 0644);
MODULE_PARM_DESC(throttled, "the bits that the firmware tells");

static unsigned long slowness;

static int get_max_state(struct thermal_cooling_device *device, unsigned long *state)
{
	*state = SLOWEST;
	return 0;
}

static int get_cur_state(struct thermal_cooling_device *device, unsigned long *state)
{
	*state = slowness;
	return 0;
}

static int set_cur_state(struct thermal_cooling_device *device, unsigned long state)
{
	slowness = state;
	return 0;
}

static const struct thermal_cooling_device_ops cooling = {
	.get_max_state = get_max_state,
	.get_cur_state = get_cur_state,
	.set_cur_state = set_cur_state,
};

static bool should_bind(struct thermal_zone_device *zone, const struct thermal_trip *trip,
			struct thermal_cooling_device *device, struct cooling_spec *spec)
{
	return device->ops == &cooling;
}

static int get_temp(struct thermal_zone_device *zone, int *measured)
{
	*measured = temperature;
	return 0;
}

static const struct thermal_zone_device_ops processor = {
	.should_bind = should_bind,
	.get_temp = get_temp,
};

static const struct thermal_trip trips[] = {
	{ .type = THERMAL_TRIP_PASSIVE, .temperature = HOT, .hysteresis = 2000 },
};

static int read_alarm(struct device *device, enum hwmon_sensor_types type, u32 attribute, int channel, long *value)
{
	*value = undervoltage;
	return 0;
}

static umode_t is_visible(const void *data, enum hwmon_sensor_types type, u32 attribute, int channel)
{
	return 0444;
}

static const struct hwmon_ops supply_ops = {
	.is_visible = is_visible,
	.read = read_alarm,
};

static const struct hwmon_channel_info *const supply_channels[] = {
	HWMON_CHANNEL_INFO(in, HWMON_I_LCRIT_ALARM),
	NULL
};

static const struct hwmon_chip_info supply = {
	.ops = &supply_ops,
	.info = supply_channels,
};

static ssize_t get_throttled_show(struct device *device, struct device_attribute *attribute, char *text)
{
	return sysfs_emit(text, "%x\n", throttled);
}
static DEVICE_ATTR_RO(get_throttled);

static struct attribute *firmware_attrs[] = { &dev_attr_get_throttled.attr, NULL };
ATTRIBUTE_GROUPS(firmware);

static int firmware_probe(struct platform_device *device)
{
	return 0;
}

static const struct platform_device_id firmware_ids[] = { { "soc:firmware" }, {} };

static struct platform_driver firmware_driver = {
	.driver = { .name = "raspberrypi-firmware", .dev_groups = firmware_groups },
	.probe = firmware_probe,
	.id_table = firmware_ids,
};

/* They stay until the machine ends: nothing is ever undone. */
static int __init start(void)
{
	struct platform_device *firmware;
	struct thermal_cooling_device *device;
	struct thermal_zone_device *zone;
	struct device *sensor;

	device = thermal_cooling_device_register("cpufreq-cpu0", NULL, &cooling);
	if (IS_ERR(device))
		return PTR_ERR(device);
	zone = thermal_zone_device_register_with_trips("cpu-thermal", trips, ARRAY_SIZE(trips), NULL, &processor, NULL,
						       LOOK_MS, LOOK_MS);
	if (IS_ERR(zone))
		return PTR_ERR(zone);
	firmware = platform_device_register_simple("soc:firmware", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(firmware))
		return PTR_ERR(firmware);
	sensor = hwmon_device_register_with_info(&firmware->dev, "rpi_volt", NULL, &supply, NULL);
	if (IS_ERR(sensor))
		return PTR_ERR(sensor);
	return platform_driver_register(&firmware_driver) ?: thermal_zone_device_enable(zone);
}
module_init(start);

MODULE_DESCRIPTION("Sensors of a Raspberry Pi");
MODULE_LICENSE("GPL");
