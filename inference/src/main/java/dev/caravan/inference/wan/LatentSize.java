package dev.caravan.inference.wan;

import dev.caravan.inference.tensor.Shape;

/**
 * Height and width of a latent frame, and of the grid of tokens that a transformer makes of it: one token per 2 by 2 latent pixels.
 *
 * @param height latent pixels, even; an eighth of the picture's
 * @param width  as height
 */
public record LatentSize(int height, int width) {

    public LatentSize {
        if (height < 2 || width < 2 || height % 2 != 0 || width % 2 != 0) {
            throw new IllegalArgumentException(
                    "a latent frame has an even height and width; " + height + " x " + width + " given, pictures are multiples of 16");
        }
    }

    /** Of pictures of a size in pixels, both multiples of 16. */
    public static LatentSize ofPictures(int height, int width) {
        if (height % 16 != 0 || width % 16 != 0) {
            throw new IllegalArgumentException("height and width are multiples of 16; " + height + " x " + width + " given");
        }
        return new LatentSize(height / 8, width / 8);
    }

    public int rows() {
        return height / 2;
    }

    public int columns() {
        return width / 2;
    }

    /** Tokens of one frame, f. */
    public int tokens() {
        return rows() * columns();
    }

    /** Of the latents of some frames: [F,16,h,w]. */
    public Shape latents(int frames) {
        return Shape.of(frames, TransformerConfig.CHANNELS, height, width);
    }
}
