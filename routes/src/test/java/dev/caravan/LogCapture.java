package dev.caravan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** What loggers of this process write while it is open, each event as one text with its exception. Nothing of it reaches the console. */
public final class LogCapture implements AutoCloseable {

    private static final long LIMIT_MS = 30_000;

    private final List<String> lines = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final AbstractAppender appender = new AbstractAppender("capture", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
            String thrown = event.getThrown() == null ? "" : " " + event.getThrown();
            add(event.getLevel() + " " + event.getMessage().getFormattedMessage() + thrown);
        }
    };

    /** Begins to listen to loggers of these names, and of all below them. */
    public static LogCapture of(Level level, String... names) {
        LogCapture capture = new LogCapture();
        capture.appender.start();
        for (String name : names) {
            LoggerConfig logger = new LoggerConfig(name, level, false);
            logger.addAppender(capture.appender, level, null);
            capture.context.getConfiguration().addLogger(name, logger);
            capture.names.add(name);
        }
        capture.context.updateLoggers();
        return capture;
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    /** All of them, oldest first. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Those with this text, as soon as they are as wanted. */
    public synchronized List<String> await(String text, Predicate<List<String>> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        while (true) {
            List<String> found = lines.stream().filter(line -> line.contains(text)).toList();
            if (wanted.test(found)) {
                return found;
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("the log still has only\n" + String.join("\n", found));
            }
            wait(left);
        }
    }

    @Override
    public void close() {
        names.forEach(context.getConfiguration()::removeLogger);
        context.updateLoggers();
        appender.stop();
    }
}
