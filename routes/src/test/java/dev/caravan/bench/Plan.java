package dev.caravan.bench;

import java.time.Duration;
import java.util.List;

/**
 * How long everything takes.
 *
 * @param rounds      times that hub and echo are measured in turn, for each size
 * @param warmUp      what is dropped at the beginning of a connection: the encoders find their bit rate
 * @param window      what is measured of it
 * @param sessions    steps of the ramp
 * @param rampWindow  what is measured of a step
 * @param kafkaWindow what is measured of a Kafka-fed session
 * @param frames      frames through the hub's own code, one after the other, after as many to warm up
 * @param pacedFrames and at a camera's rate
 * @param turns       times that the same code is measured with each kind of observer, in turn
 * @param load        of REST requests, each time
 * @param requests    to a hub with and to one without guard, each time
 */
record Plan(
        int rounds,
        Duration warmUp,
        Duration window,
        List<Integer> sessions,
        Duration rampWindow,
        Duration kafkaWindow,
        int frames,
        int pacedFrames,
        int turns,
        Duration load,
        int requests) {

    static final Plan FULL = new Plan(
            4,
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            List.of(1, 2, 4, 6, 8, 10, 12),
            Duration.ofSeconds(4),
            Duration.ofSeconds(12),
            20_000,
            300,
            10,
            Duration.ofSeconds(10),
            1_500);

    static final Plan QUICK = new Plan(
            1,
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            List.of(1, 2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            2_000,
            60,
            2,
            Duration.ofSeconds(2),
            200);
}
