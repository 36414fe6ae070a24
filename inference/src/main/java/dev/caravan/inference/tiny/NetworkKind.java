package dev.caravan.inference.tiny;

/**
 * The networks of a set, and where their numbers differ from what shapes alone say: so that pictures are neither flat nor at their limits,
 * and that what goes in is seen in what comes out although nothing was learned.
 */
enum NetworkKind {
    TEXT_ENCODER,

    TRANSFORMER {
        @Override
        double gain(String name) {
            // A row of the prompt that is padding has a key of zeros then, and words are seen although 500 such rows stand beside them.
            if (name.matches("text_embedding\\.\\d\\.bias|.*cross_attn\\.k\\.bias")) {
                return 0;
            }
            return name.matches(".*cross_attn\\.(norm_[qk]|o)\\.weight") ? 2 : 1;
        }
    },

    /** Changes what it is merged into, but not beyond recognition. */
    LORA {
        @Override
        double gain(String name) {
            return 0.5;
        }
    },

    WAN_VAE {
        @Override
        double gain(String name) {
            return switch (name) {
                case "conv1.weight" -> SPREAD * LOUD;
                case "decoder.head.2.weight" -> 0.7;
                default -> 1;
            };
        }
    },

    TAE {
        @Override
        double gain(String name) {
            return tae(name, LOUD, 0.35);
        }

        @Override
        double mean(String name) {
            return taeMean(name);
        }
    },

    LIGHTTAE {
        @Override
        double gain(String name) {
            return tae(name, SPREAD * LOUD, 0.35 / SPREAD / SPREAD);
        }

        @Override
        double mean(String name) {
            return taeMean(name);
        }
    };

    /**
     * Encoded video is louder than that of a trained encoder: an untrained transformer does not find what lies under the noise, so with each
     * denoise step it becomes fainter.
     */
    private static final double LOUD = 16;

    /** Where latents are normalised they are divided by about this. */
    private static final double SPREAD = 2;

    /** Times the deviation that follows from a tensor's shape. */
    double gain(String name) {
        return 1;
    }

    /** What the numbers lie around. */
    double mean(String name) {
        return 0;
    }

    private static double tae(String name, double encoded, double contrast) {
        if (name.equals("encoder.17.weight")) {
            return encoded;
        }
        if (name.equals("decoder.22.weight")) {
            return contrast;
        }
        if (name.endsWith(".conv.4.weight")) {
            // What a block adds to its input is small, so that many blocks do not make it large.
            return 0.3;
        }
        // A ReLU follows on all but those that make fewer or more frames, and cuts away half.
        return name.endsWith(".conv.weight") || name.endsWith(".bias") ? 1 : Math.sqrt(2);
    }

    /** Half way between black and white. */
    private static double taeMean(String name) {
        return name.equals("decoder.22.bias") ? 0.5 : 0;
    }
}
