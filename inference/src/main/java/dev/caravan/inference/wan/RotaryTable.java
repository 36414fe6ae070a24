package dev.caravan.inference.wan;

import java.util.List;

/**
 * The rotations that tell attention where a token lies in time, height and width (spec causal-wan.md §3.2). A head's channels are pairs of
 * neighbours; the first pairs turn with the frame, the next with the row, the last with the column:
 * <pre>
 * head of 128 channels:  22 pairs time | 21 pairs height | 21 pairs width
 * </pre>
 * Angles are computed in double precision, since they reach 1023 radians. One instance serves all frames of a picture size; the part of
 * rows and columns is computed once. Immutable, thread-safe.
 */
public final class RotaryTable {

    /** Frame positions are below this. */
    public static final int POSITIONS = 1024;

    private static final double BASE = 10_000;

    private final int headDim;
    private final int timePairs;
    private final int tokens;
    /** [rows · columns, pairs of height and width] */
    private final float[] spatialCos;
    private final float[] spatialSin;

    /**
     * Cosine and sine of every token's angles, both [tokens, headDim / 2] row-major, tokens frame by frame, row by row.
     */
    public record Rotations(float[] cos, float[] sin) {}

    /**
     * @param rows    tokens of a frame from top to bottom: height / 16
     * @param columns tokens of a row: width / 16
     * @param headDim channels of an attention head, even, 6 or more
     */
    public RotaryTable(int rows, int columns, int headDim) {
        if (rows < 1 || columns < 1 || rows > POSITIONS || columns > POSITIONS) {
            throw new IllegalArgumentException(
                    "a frame has 1 to " + POSITIONS + " rows and columns of tokens; " + rows + "x" + columns + " given");
        }
        if (headDim < 6 || headDim % 2 != 0) {
            throw new IllegalArgumentException("the channels of a head are even and at least 6; " + headDim + " given");
        }
        this.headDim = headDim;
        int sidePairs = headDim / 6;
        this.timePairs = headDim / 2 - 2 * sidePairs;
        this.tokens = Math.multiplyExact(rows, columns);
        this.spatialCos = new float[Math.multiplyExact(tokens, 2 * sidePairs)];
        this.spatialSin = new float[spatialCos.length];
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turn(row, sidePairs, spatialCos, spatialSin, at);
                turn(column, sidePairs, spatialCos, spatialSin, at + sidePairs);
                at += 2 * sidePairs;
            }
        }
    }

    /** Tokens of one frame. */
    public int tokensPerFrame() {
        return tokens;
    }

    /**
     * The tables of a call.
     *
     * @param framePositions time position of each frame, 0 to 1023, in any order
     */
    public Rotations of(List<Integer> framePositions) {
        int pairs = headDim / 2;
        int spatial = pairs - timePairs;
        float[] cos = new float[Math.multiplyExact(framePositions.size(), tokens * pairs)];
        float[] sin = new float[cos.length];
        float[] timeCos = new float[timePairs];
        float[] timeSin = new float[timePairs];
        int at = 0;
        for (int position : framePositions) {
            if (position < 0 || position >= POSITIONS) {
                throw new IllegalArgumentException(
                        "frame positions are 0 to " + (POSITIONS - 1) + "; " + position + " given, reset the caches before");
            }
            turn(position, timePairs, timeCos, timeSin, 0);
            for (int token = 0; token < tokens; token++) {
                System.arraycopy(timeCos, 0, cos, at, timePairs);
                System.arraycopy(timeSin, 0, sin, at, timePairs);
                System.arraycopy(spatialCos, token * spatial, cos, at + timePairs, spatial);
                System.arraycopy(spatialSin, token * spatial, sin, at + timePairs, spatial);
                at += pairs;
            }
        }
        return new Rotations(cos, sin);
    }

    /** The angles of one position along one axis: pair j turns by {@code position · 10000^(-j / pairs)}. */
    private static void turn(int position, int pairs, float[] cos, float[] sin, int at) {
        for (int j = 0; j < pairs; j++) {
            double angle = position * Math.pow(BASE, -(double) j / pairs);
            cos[at + j] = (float) Math.cos(angle);
            sin[at + j] = (float) Math.sin(angle);
        }
    }
}
