package dev.caravan.api;

import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.session.SessionRefusedException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a Camel processor of a handler: the one place where requests are read from exchanges, replies written to them, and refusals
 * become the contract's error bodies.
 */
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
            ApiExchange.write(exchange, detail(e.status(), e.getMessage()));
        }
    }

    private Reply answer(Exchange exchange) {
        try {
            return handler.handle(ApiExchange.read(exchange, template));
        } catch (ApiError e) {
            return detail(e.status(), e.getMessage());
        } catch (ValidationError e) {
            return Reply.json(422, Map.of("detail", e.faults()));
        } catch (SessionRefusedException e) {
            return detail(status(e.kind()), e.getMessage());
        } catch (PipelineException e) {
            return detail(400, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return detail(503, "The hub is stopping");
        } catch (Exception e) {
            // The text of an unexpected exception may name files or classes: it goes to the log, not to the client.
            LOG.error("{} failed", operationId, e);
            return detail(500, "Internal error in " + operationId + ": see the hub's log");
        }
    }

    private static int status(SessionRefusedException.Cause cause) {
        return switch (cause) {
            case UNKNOWN_SESSION, CLOSED -> 404;
            case NOT_LOADED, BAD_ID -> 400;
            case LIMIT -> 503;
        };
    }

    private static Reply detail(int status, String text) {
        return Reply.json(status, Map.of("detail", text));
    }
}
