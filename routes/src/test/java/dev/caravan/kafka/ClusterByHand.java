package dev.caravan.kafka;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code ./caravan cluster}: three brokers on this machine, to see what a hub does when some of them stop. Reads a line for each change and
 * ends with its input, by {@code quit}, or after an hour.
 */
public final class ClusterByHand {

    private static final Duration LONGEST = Duration.ofHours(1);

    private ClusterByHand() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("caravan-cluster");
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(LONGEST);
                System.exit(0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        System.out.println("starting three brokers ...");
        try (ThreeBrokers brokers = ThreeBrokers.start(folder);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready. In another terminal:  ./caravan --kafka " + brokers.bootstrapServers());
            obey(brokers, in, System.out);
        }
        // Kafka's threads outlive its kit.
        System.exit(0);
    }

    static void obey(ThreeBrokers brokers, BufferedReader in, PrintStream out) throws Exception {
        Set<Integer> running = new TreeSet<>(Set.of(0, 1, 2));
        out.println("brokers 0, 1 and 2 run. Type a number to stop or start that broker, quit to end.");
        for (String line = in.readLine(); line != null && !line.strip().equals("quit"); line = in.readLine()) {
            if (!line.strip().matches("[012]")) {
                out.println("type 0, 1, 2 or quit");
                continue;
            }
            int broker = Integer.parseInt(line.strip());
            if (running.remove(broker)) {
                out.println("stopping broker " + broker + " ...");
                brokers.stop(broker);
            } else {
                running.add(broker);
                out.println("starting broker " + broker + " ...");
                brokers.start(broker);
            }
            out.println("running: " + (running.isEmpty() ? "none" : running.toString()));
        }
    }
}
