/**
 * The operator's console: Hawtio at {@code /hawtio} and JMX over HTTP (Jolokia) at {@code /jolokia}, on the hub's own port and behind its
 * guards.
 *
 * <p>{@link dev.caravan.console.Console} mounts both. What may be read and done over HTTP stands in {@code console/jolokia-access.xml} and
 * nowhere else; {@link dev.caravan.console.JolokiaDoor} bounds what is asked, and {@link dev.caravan.console.Masked} takes secrets out of
 * what Camel answers. Hawtio's files come from its jar; our page in it is {@code resources/console/plugin}, plain scripts without a
 * bundler, which read and move the MBeans of {@code dev.caravan.jmx}. Read {@code Console} first, then the allow-list.
 */
@NullMarked
package dev.caravan.console;

import org.jspecify.annotations.NullMarked;
