package dev.caravan.inference.pipeline;

/**
 * The picture size a pipeline generates, from its load parameters or the defaults of its schema (contract §3.1, §4.4).
 *
 * @param width  in pixels
 * @param height in pixels
 */
public record PictureSize(int width, int height) {

    private static final int LEAST = 16;
    private static final int MOST = 2048;
    /** The VAE shrinks by 8 and the transformer takes 2x2 patches. */
    private static final int GENERATIVE_STEP = 16;

    /** @throws PipelineException when a side is not a whole number from 16 to 2048 */
    public static PictureSize of(PipelineSchema schema, LoadRequest request) throws PipelineException {
        return new PictureSize(side("width", schema, request), side("height", schema, request));
    }

    /** @throws PipelineException in the contract's words, when a side cannot be divided by 16, too */
    public static PictureSize ofGenerative(PipelineSchema schema, LoadRequest request) throws PipelineException {
        PictureSize size = of(schema, request);
        if (size.width % GENERATIVE_STEP == 0 && size.height % GENERATIVE_STEP == 0) {
            return size;
        }
        String near = size.width / GENERATIVE_STEP * GENERATIVE_STEP + "×" + size.height / GENERATIVE_STEP * GENERATIVE_STEP;
        throw new PipelineException(
                "Invalid resolution " + size.width + "×" + size.height + ". Both width and height must be divisible by "
                        + GENERATIVE_STEP + " Please adjust to a valid resolution, e.g., " + near + ".",
                true);
    }

    private static int side(String name, PipelineSchema schema, LoadRequest request) throws PipelineException {
        Object given = request.parameters().get(name);
        if (given == null) {
            return schema.defaultInt(name, 512);
        }
        if (given instanceof Number n && n.doubleValue() == n.intValue() && n.intValue() >= LEAST && n.intValue() <= MOST) {
            return n.intValue();
        }
        throw PipelineException.wrongValue(name + " must be a whole number from " + LEAST + " to " + MOST, given);
    }
}
