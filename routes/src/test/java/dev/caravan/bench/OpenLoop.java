package dev.caravan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Sends requests at the times they are due, however late earlier answers are, and counts the time of an answer from when its request was
 * due: a server that stands still for a second is seen by all who would have asked in that second, not by one.
 *
 * @param sender of one request; returns at once, with the status that will come
 * @param nanos  the clock
 */
record OpenLoop(Function<Request, CompletableFuture<Integer>> sender, LongSupplier nanos) {

    private static final long PATIENCE_SECONDS = 30;

    /**
     * @param dueNanos  after the beginning
     * @param operation what figures are told by
     * @param body      JSON to be posted; empty for a GET
     */
    record Request(long dueNanos, String operation, String path, String body) {}

    /**
     * @param status     of HTTP; 0 when none came
     * @param millis     from when it was due
     * @param lateMillis of that, until it was sent: this side's own fault, or the machine's
     */
    record Answer(String operation, int status, double millis, double lateMillis) {

        boolean failed() {
            return status < 200 || status > 299;
        }
    }

    /** Sends all of them and waits for the last answer. @param requests in the order they are due */
    List<Answer> run(List<Request> requests) throws InterruptedException {
        List<CompletableFuture<Answer>> answers = new ArrayList<>(requests.size());
        long start = nanos.getAsLong();
        for (Request request : requests) {
            await(start + request.dueNanos);
            answers.add(send(request, start));
        }
        try {
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("answers are missing", e);
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private void await(long due) {
        for (long left = due - nanos.getAsLong(); left > 0; left = due - nanos.getAsLong()) {
            LockSupport.parkNanos(left);
        }
    }

    private CompletableFuture<Answer> send(Request request, long start) {
        long late = nanos.getAsLong() - start - request.dueNanos;
        return sender.apply(request)
                .exceptionally(failure -> 0)
                .thenApply(status ->
                        new Answer(request.operation, status, (nanos.getAsLong() - start - request.dueNanos) / 1e6, late / 1e6));
    }
}
