package dev.caravan.kafka;

import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.config.xml.XmlConfigurationFactory;

/** Hears everything that is logged while it is open, and knows which of it the console of a hub would show. */
final class ShippedLog implements AutoCloseable {

    private final Queue<LogEvent> events = new ConcurrentLinkedQueue<>();
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final Configuration shipped;
    private final AbstractAppender ear;

    ShippedLog() throws Exception {
        URI file = ShippedLog.class.getResource("/log4j2.xml").toURI();
        shipped = new XmlConfigurationFactory().getConfiguration(new LoggerContext("shipped"), "shipped", file);
        shipped.initialize();
        ear = new AbstractAppender("ear", null, null, false, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                events.add(event.toImmutable());
            }
        };
        ear.start();
        context.getConfiguration().getRootLogger().addAppender(ear, Level.ALL, null);
        context.updateLoggers();
    }

    /** All of it from loggers whose names begin so. */
    List<String> from(String logger) {
        return events.stream()
                .filter(event -> event.getLoggerName().startsWith(logger))
                .map(event -> event.getMessage().getFormattedMessage())
                .toList();
    }

    /** What a person at the terminal would see. */
    List<String> console() {
        return events.stream()
                .filter(event -> event.getLevel().isMoreSpecificThan(Level.WARN))
                // A broker of the test in this JVM, as a hub has none.
                .filter(event -> !event.getLoggerName().startsWith("kafka."))
                .filter(event -> event.getLevel().isMoreSpecificThan(shipped.getLoggerConfig(event.getLoggerName()).getLevel()))
                .map(event -> event.getLoggerName() + ": " + event.getMessage().getFormattedMessage())
                .toList();
    }

    /** Everything, with what exceptions say. */
    String all() {
        StringBuilder all = new StringBuilder();
        for (LogEvent event : events) {
            all.append(event.getMessage().getFormattedMessage()).append('\n');
            for (Throwable e = event.getThrown(); e != null; e = e.getCause()) {
                all.append(e).append('\n');
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        context.getConfiguration().getRootLogger().removeAppender("ear");
        context.updateLoggers();
        ear.stop();
    }
}
