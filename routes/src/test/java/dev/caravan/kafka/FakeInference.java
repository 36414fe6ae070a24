package dev.caravan.kafka;

import dev.caravan.inference.frame.Frame;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** Stands where the component {@code inference:} stands: what routes send is seen by the test, what the test emits reaches all routes. */
final class FakeInference extends DefaultComponent {

    /** What a session does with a body. */
    @FunctionalInterface
    interface Sessions {
        void take(Object body) throws Exception;
    }

    private final List<DefaultConsumer> consumers = new CopyOnWriteArrayList<>();
    private volatile Sessions sessions = body -> {};

    void sessions(Sessions behaviour) {
        sessions = behaviour;
    }

    /** Gives a frame or an event to every route that listens. Returns when they have taken it. */
    void emit(Object body) throws Exception {
        for (DefaultConsumer consumer : consumers) {
            if (!((FakeEndpoint) consumer.getEndpoint()).delivers(body)) {
                continue;
            }
            Exchange exchange = consumer.getEndpoint().createExchange();
            exchange.getMessage().setBody(body);
            consumer.getProcessor().process(exchange);
        }
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        parameters.remove("open");
        return new FakeEndpoint(
                uri, !"false".equals(parameters.remove("frames")), !"false".equals(parameters.remove("events")));
    }

    private final class FakeEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {

        private final boolean frames;
        private final boolean events;

        FakeEndpoint(String uri, boolean frames, boolean events) {
            super(uri, FakeInference.this);
            this.frames = frames;
            this.events = events;
        }

        boolean delivers(Object body) {
            return body instanceof Frame ? frames : events;
        }

        @Override
        public boolean isMultipleConsumersSupported() {
            return true;
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) throws Exception {
                    sessions.take(exchange.getMessage().getBody());
                }
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new DefaultConsumer(this, processor) {
                @Override
                protected void doStart() throws Exception {
                    super.doStart();
                    consumers.add(this);
                }

                @Override
                protected void doStop() throws Exception {
                    consumers.remove(this);
                    super.doStop();
                }
            };
        }
    }
}
