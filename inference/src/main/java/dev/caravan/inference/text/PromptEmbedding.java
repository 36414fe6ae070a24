package dev.caravan.inference.text;

import java.util.Arrays;

/**
 * What a text encoder makes of one prompt, or a blend of several. Rows beyond the prompt's tokens are zeros. Not to be modified.
 *
 * @param rows   tokens, padding included (512)
 * @param width  numbers per token (4096)
 * @param values rows · width numbers, row-major
 */
public record PromptEmbedding(int rows, int width, float[] values) {

    public PromptEmbedding {
        if (values.length != rows * width) {
            throw new IllegalArgumentException(values.length + " numbers for " + rows + " rows of " + width);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PromptEmbedding e && rows == e.rows && width == e.width && Arrays.equals(values, e.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
