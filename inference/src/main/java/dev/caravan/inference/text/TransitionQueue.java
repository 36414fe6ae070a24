package dev.caravan.inference.text;

/**
 * The embeddings of a transition, one per chunk (spec text-encoder §6). Each is computed when it is taken: a queue of a thousand steps is
 * as small as one of two. One thread.
 */
public final class TransitionQueue {

    /** Embeddings closer than this (norm of the difference) are taken for the same: there is nothing to walk. */
    private static final double SAME = 0.01;

    private final PromptEmbedding source;
    private final PromptEmbedding target;
    private final Interpolation method;
    private final int steps;
    private int taken;

    /**
     * @param numSteps how many embeddings it holds; with 1 it holds the source alone, as the reference's does
     */
    public TransitionQueue(PromptEmbedding source, PromptEmbedding target, int numSteps, Interpolation method) {
        this.source = source;
        this.target = target;
        this.method = method;
        this.steps = PromptBlend.distance(source, target) < SAME ? 0 : numSteps;
    }

    public boolean isEmpty() {
        return taken >= steps;
    }

    /** The next step's embedding. */
    public PromptEmbedding pop() {
        if (isEmpty()) {
            throw new IllegalStateException("the transition is over");
        }
        return PromptBlend.between(source, target, position(taken++), method);
    }

    /** Evenly spaced from 0 to 1 in fp32, the upper half counted from the end, so that the last is exactly 1. */
    private float position(int step) {
        if (steps == 1) {
            return 0;
        }
        float spacing = 1f / (steps - 1);
        return step < steps / 2 ? spacing * step : 1 - spacing * (steps - 1 - step);
    }
}
