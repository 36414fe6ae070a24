package dev.caravan.processors.webrtc.libwebrtc;

import java.util.Arrays;

/**
 * Connects and disconnects many times and tells what is left: run by hand. The environment variable {@code MALLOC_ARENA_MAX=2} and a
 * fixed heap ({@code -Xms64m -Xmx64m -XX:+AlwaysPreTouch}) make the figures steady.
 *
 * <p>Arguments: cycles to warm up (50), cycles to measure (400), largest growth in MB (40).
 */
public final class PeerSoak {

    private PeerSoak() {}

    public static void main(String[] args) throws Exception {
        int[] numbers = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        int warmUp = numbers.length > 0 ? numbers[0] : 50;
        int cycles = numbers.length > 1 ? numbers[1] : 400;
        int limitMb = numbers.length > 2 ? numbers[2] : 40;
        Growth growth = run(warmUp, cycles);
        System.out.println(growth);
        if (growth.rssKb() > limitMb * 1024L) {
            throw new AssertionError("resident memory grew by more than " + limitMb + " MB");
        }
    }

    /** What {@code cycles} connections leave behind, after {@code warmUp} that are not counted. */
    static Growth run(int warmUp, int cycles) throws Exception {
        try (LivePeers live = new LivePeers()) {
            cycles(live, warmUp);
            ProcessFigures before = ProcessFigures.afterCleaning();
            System.out.println("after " + warmUp + ": " + before);
            for (int done = 0; done < cycles; done += 100) {
                cycles(live, Math.min(100, cycles - done));
                System.out.println("after " + (warmUp + Math.min(cycles, done + 100)) + ": " + ProcessFigures.afterCleaning());
            }
            return new Growth(cycles, before, ProcessFigures.afterCleaning());
        }
    }

    private static void cycles(LivePeers live, int number) throws Exception {
        for (int i = 0; i < number; i++) {
            try (TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
                client.connect(live.hub("a"));
                client.pushUntil(LivePeers.grey(320, 240, 100), picture -> LivePeers.isGrey(picture, 100));
                live.peers.all();
                client.awaitChannelOpen();
            }
            live.toldThat("ended a");
        }
    }

    /** Figures before and after. */
    record Growth(int cycles, ProcessFigures before, ProcessFigures after) {

        long rssKb() {
            return after.rssKb() - before.rssKb();
        }

        int threads() {
            return after.threads() - before.threads();
        }

        int descriptors() {
            return after.descriptors() - before.descriptors();
        }

        @Override
        public String toString() {
            return "%d connections: RSS %+.1f MB (%.1f kB each, both ends), threads %+d, descriptors %+d"
                    .formatted(cycles, rssKb() / 1024.0, (double) rssKb() / cycles, threads(), descriptors());
        }
    }
}
