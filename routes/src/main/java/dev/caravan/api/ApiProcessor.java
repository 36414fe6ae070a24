package dev.caravan.api;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a Camel processor of a handler: reads the request from the exchange and writes the reply, or the refusal, to it. */
final class ApiProcessor implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(ApiProcessor.class);

    private final String operationId;
    private final PathTemplate template;
    private final Api.Handler handler;

    ApiProcessor(String operationId, PathTemplate template, Api.Handler handler) {
        this.operationId = operationId;
        this.template = template;
        this.handler = handler;
    }

    @Override
    public void process(Exchange exchange) {
        try {
            ApiExchange.write(exchange, answer(exchange));
        } catch (ApiError e) {
            // A file that was there when the handler looked may be gone when it is opened.
            ApiExchange.write(exchange, Failures.detail(e.status(), e.getMessage()));
        }
    }

    private Reply answer(Exchange exchange) {
        try {
            return handler.handle(ApiExchange.read(exchange, template));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Failures.detail(503, "The hub is stopping");
        } catch (Exception e) {
            return Failures.refusal(e).orElseGet(() -> {
                LOG.error("{} failed", operationId, e);
                return Failures.internal(" in " + operationId);
            });
        }
    }
}
