/**
 * The benchmark: {@code ./caravan bench}.
 *
 * <p>{@link dev.caravan.bench.Bench} runs the parts named in {@link dev.caravan.bench.Part} and prints one table. Everything a browser
 * takes part in is measured on a hub in a process of its own, in turn with {@link dev.caravan.bench.BareEcho}, the least that can be
 * built on the same WebRTC library: what the hub costs is the difference of the two, on any machine. The clocks are those of the
 * page, so no two have to agree. {@link dev.caravan.bench.OwnCode} measures the hub's own code without browser and network; it is
 * also what the test suite runs, to count allocations; {@link dev.caravan.bench.ObservedCode} does the same with metrics and traces on.
 * {@link dev.caravan.bench.RestUnderLoad} and {@link dev.caravan.bench.GuardCost} ask a hub with a token by HTTP.
 */
@NullMarked
package dev.caravan.bench;

import org.jspecify.annotations.NullMarked;
