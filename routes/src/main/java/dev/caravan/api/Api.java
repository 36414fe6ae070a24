package dev.caravan.api;

/** What an operation of the HTTP contract is made of. */
public interface Api {

    /** Answers one request. Runs on a worker thread, never on an event loop: it may block for a moment. */
    @FunctionalInterface
    interface Handler {

        /**
         * @throws ApiError        to answer with its status and {@code {"detail": "..."}}
         * @throws ValidationError to answer 422 with one entry per fault
         * @throws Exception       anything else is logged and answered with 500 and one safe line
         */
        Reply handle(Request request) throws Exception;
    }
}
