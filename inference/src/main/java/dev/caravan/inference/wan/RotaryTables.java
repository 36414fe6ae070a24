package dev.caravan.inference.wan;

import java.util.List;

/**
 * The angles by which queries and keys are turned to say where in the video a token is (spec causal-wan.md §3.2). The pairs of channels of
 * a head are shared out among time, height and width, in this order; pair j of a part of n pairs turns by position · 10000^(-j/n).
 * Computed in double, since angles reach 1023 radians; given as cosines and sines in float. Immutable, thread-safe.
 */
final class RotaryTables {

    /** Time positions are below this. */
    static final int POSITIONS = 1024;

    private static final double BASE = 10_000;

    private final int timePairs;
    private final int spacePairs;
    private final LatentSize size;
    /** By position along the height or the width, so that only time is computed anew. */
    private final Tables[] space;

    /** @param headDim channels of a head, even */
    RotaryTables(int headDim, LatentSize size) {
        this.spacePairs = headDim / 2 / 3;
        this.timePairs = headDim / 2 - 2 * spacePairs;
        this.size = size;
        this.space = new Tables[Math.max(size.rows(), size.columns())];
        for (int position = 0; position < space.length; position++) {
            space[position] = Tables.of(position, spacePairs);
        }
    }

    /** Numbers in a row of a table: half the channels of a head. */
    int pairs() {
        return timePairs + 2 * spacePairs;
    }

    /**
     * The tables of all tokens of some frames, frame by frame, row by row.
     *
     * @param positions time position of each frame, 0 to 1023, in any order
     * @throws IllegalArgumentException for another position
     */
    Tables of(List<Integer> positions) {
        Tables all = Tables.ofSize(Math.multiplyExact(positions.size(), size.tokens() * pairs()));
        int at = 0;
        for (int position : positions) {
            if (position < 0 || position >= POSITIONS) {
                throw new IllegalArgumentException(
                        "frame positions are 0 to " + (POSITIONS - 1) + "; " + position + " given, begin the stream anew before");
            }
            Tables time = Tables.of(position, timePairs);
            for (int row = 0; row < size.rows(); row++) {
                for (int column = 0; column < size.columns(); column++) {
                    at = all.append(at, time);
                    at = all.append(at, space[row]);
                    at = all.append(at, space[column]);
                }
            }
        }
        return all;
    }

    /** Cosines and sines, [tokens, {@link #pairs}]. */
    record Tables(float[] cos, float[] sin) {

        private static Tables ofSize(int numbers) {
            return new Tables(new float[numbers], new float[numbers]);
        }

        private static Tables of(int position, int pairs) {
            Tables part = ofSize(pairs);
            for (int j = 0; j < pairs; j++) {
                double angle = position * Math.pow(BASE, -(double) j / pairs);
                part.cos[j] = (float) Math.cos(angle);
                part.sin[j] = (float) Math.sin(angle);
            }
            return part;
        }

        private int append(int at, Tables part) {
            System.arraycopy(part.cos, 0, cos, at, part.cos.length);
            System.arraycopy(part.sin, 0, sin, at, part.sin.length);
            return at + part.cos.length;
        }
    }
}
