/**
 * The settings of a hub.
 *
 * <p>{@link dev.caravan.config.Option} is the one table of everything that can be set: it drives the flags, the environment, the system
 * properties, the keys of {@code caravan.yaml}, {@code --help}, the sample file and the placeholders of routes.
 * {@link dev.caravan.config.OptionValues} collects the texts by precedence, each with the door it came through,
 * {@link dev.caravan.config.SettingsReader} turns them into {@link dev.caravan.config.Settings}, typed and checked, and
 * {@link dev.caravan.config.ConfigException} is the one line a person reads when something is wrong. Read {@code Option} and
 * {@code Settings} first.
 */
@NullMarked
package dev.caravan.config;

import org.jspecify.annotations.NullMarked;
