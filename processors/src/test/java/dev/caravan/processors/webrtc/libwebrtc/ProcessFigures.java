package dev.caravan.processors.webrtc.libwebrtc;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What a process holds; of this one also after garbage is collected and native memory given back.
 *
 * @param threads     native ones included
 * @param descriptors open files and sockets
 * @param rssKb       resident memory in KiB
 */
public record ProcessFigures(int threads, int descriptors, long rssKb) {

    /** Measures after a collection and, where the JVM can, a trim of the native heap. */
    public static ProcessFigures afterCleaning() throws IOException, JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName diagnostics = new ObjectName("com.sun.management:type=DiagnosticCommand");
        for (int i = 0; i < 2; i++) { // the second time, what finalisers and cleaners of the first let go
            System.gc();
            server.invoke(diagnostics, "systemTrimNativeHeap", new Object[0], new String[0]);
        }
        return now();
    }

    /** Measures. Linux only. */
    public static ProcessFigures now() throws IOException {
        return of("self");
    }

    /** Measures another process. Linux only. */
    public static ProcessFigures of(long pid) throws IOException {
        return of(Long.toString(pid));
    }

    private static ProcessFigures of(String process) throws IOException {
        Path proc = Path.of("/proc", process);
        int threads = 0;
        long rss = 0;
        for (String line : Files.readAllLines(proc.resolve("status"))) {
            if (line.startsWith("Threads:")) {
                threads = Integer.parseInt(line.substring("Threads:".length()).strip());
            } else if (line.startsWith("VmRSS:")) {
                rss = Long.parseLong(line.substring("VmRSS:".length()).replace("kB", "").strip());
            }
        }
        try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
            return new ProcessFigures(threads, (int) open.count(), rss);
        }
    }
}
