package dev.caravan.api;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The hub's own log file (contract §1.9). */
public final class LogsApi extends ApiRoutes {

    /** More than a thousand lines of usual length; nobody makes the hub read a whole file by asking for its end. */
    private static final int MAX_BYTES = 1 << 20;

    private final Path file;

    /** @param file need not exist yet */
    public LogsApi(Path file) {
        super("logs", "The hub's log");
        this.file = file;
    }

    @Override
    protected void operations() {
        get("/api/v1/logs/tail", "tailLog", "The last lines, or what is new", request -> tail(
                        (int) request.queryNumber("lines", 1, 1000, 200),
                        request.queryNumber("since_offset", 0, Long.MAX_VALUE, 0)))
                .queryNumber("lines", "1 to 1000, by default 200")
                .queryNumber("since_offset", "offset of the last answer, to get only what is new")
                .answers(422, "out of range");
        get("/api/v1/logs/current", "getLog", "The whole file", request -> current())
                .produces("text/plain")
                .answers(404, "nothing logged yet");
    }

    private Reply current() {
        if (!Files.isRegularFile(file)) {
            throw ApiError.notFound("Log file not found. The application may not have logged anything yet.");
        }
        return Reply.file("text/plain; charset=utf-8", file).with("Content-Disposition", "attachment; filename=\"caravan.log\"");
    }

    Reply tail(int lines, long since) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Reply.json(Map.of("lines", List.of(), "offset", 0));
        }
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            long size = log.length();
            // After rotation the offset lies beyond the end: nothing is new, and the reader starts over.
            long from = Math.max(Math.min(since, size), size - MAX_BYTES);
            byte[] bytes = new byte[(int) (size - from)];
            log.seek(from);
            log.readFully(bytes);
            List<String> all = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return Reply.json(Map.of("lines", all.subList(Math.max(0, all.size() - lines), all.size()), "offset", size));
        }
    }
}
