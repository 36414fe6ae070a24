package dev.caravan.processors.webrtc;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Stands for a connection that is not open yet: takes nothing. */
enum NoConnection implements Connection {
    INSTANCE;

    @Override
    public String answer(String offer, boolean receive, boolean send) throws BadOfferException {
        throw new BadOfferException("the connection is not open");
    }

    @Override
    public void addCandidate(String line, Optional<String> mid, Optional<Integer> mLineIndex) throws BadCandidateException {
        throw new BadCandidateException("the offer is not answered yet");
    }

    @Override
    public boolean push(WebRtcEngine.Outgoing picture) {
        return false;
    }

    @Override
    public boolean send(String text) {
        return false;
    }

    @Override
    public CompletableFuture<ConnectionStats> stats() {
        return CompletableFuture.completedFuture(ConnectionStats.NONE);
    }

    @Override
    public void close() {}
}
