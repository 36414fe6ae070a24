package dev.caravan.console;

import java.io.IOException;
import java.util.UUID;
import org.jolokia.core.api.LogHandler;
import org.jolokia.json.JSONArray;
import org.jolokia.json.JSONObject;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.restrictor.RestrictorFactory;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.service.jmx.LocalRequestHandler;
import org.jolokia.service.serializer.JolokiaSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jolokia on the MBean servers of this JVM, under the policy of {@code console/jolokia-access.xml}. Thread-safe. */
final class JolokiaAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JolokiaAgent.class);
    private static final String POLICY = "classpath:/console/jolokia-access.xml";

    private final JolokiaServiceManager services;
    private final HttpRequestHandler handler;

    JolokiaAgent() {
        StaticConfiguration configuration = new StaticConfiguration(
                // Of its own for each hub of a JVM: names of Jolokia's MBeans are made of it.
                ConfigKey.AGENT_ID, "caravan-" + UUID.randomUUID(),
                ConfigKey.DISCOVERY_ENABLED, "false",
                ConfigKey.INCLUDE_STACKTRACE, "false",
                ConfigKey.MAX_DEPTH, "20",
                ConfigKey.MAX_COLLECTION_SIZE, "10000",
                ConfigKey.HISTORY_MAX_ENTRIES, "0",
                ConfigKey.DEBUG_MAX_ENTRIES, "0");
        services = JolokiaServiceManagerFactory.createJolokiaServiceManager(configuration, new ToLog(), policy());
        services.addService(new JolokiaSerializer());
        services.addService(new LocalRequestHandler(1));
        handler = new HttpRequestHandler(services.start());
    }

    /** Without its policy Jolokia would be open altogether; so a hub that cannot read it does not start. */
    private static Restrictor policy() {
        try {
            Restrictor policy = RestrictorFactory.lookupPolicyRestrictor(POLICY);
            if (policy == null) {
                throw new IllegalStateException("the console's allow-list is missing: " + POLICY);
            }
            return policy;
        } catch (IOException e) {
            throw new IllegalStateException("the console's allow-list cannot be read: " + POLICY, e);
        }
    }

    /** Asks; whatever fails becomes an answer in Jolokia's form. */
    JSONStructure ask(JolokiaDoor.Question question) {
        JSONStructure answer;
        try {
            answer = question.of(handler);
        } catch (Exception e) {
            LOG.debug("A request to Jolokia failed", e);
            answer = handler.handleThrowable(e);
        }
        if (answer instanceof JSONArray all) {
            all.forEach(JolokiaAgent::tidy);
        } else {
            tidy(answer);
        }
        return answer;
    }

    private static void tidy(Object answer) {
        if (answer instanceof JSONObject object) {
            object.remove("stacktrace");
            object.remove("error_value");
            boolean ours = object.get("request") instanceof JSONObject request
                    && String.valueOf(request.get("mbean")).startsWith("dev.caravan:");
            // A prompt may have any words.
            if (!ours) {
                Masked.in(object);
            }
        }
    }

    @Override
    public void close() {
        services.stop();
    }

    /** Jolokia reports every refused request; that is its caller's business, not the log's. */
    private static final class ToLog implements LogHandler {

        @Override
        public void debug(String message) {
            LOG.trace(message);
        }

        @Override
        public void info(String message) {
            LOG.debug(message);
        }

        @Override
        public void error(String message, Throwable cause) {
            LOG.debug(message, cause);
        }

        @Override
        public boolean isDebug() {
            return LOG.isTraceEnabled();
        }
    }
}
