package dev.caravan.inference.wan.vae;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which video autoencoder stands between pixels and latents (spec vae.md §1): the better the picture, the slower. */
public enum VaeType {
    /** The original: 127 million parameters, half of the time of a chunk. */
    WAN("Wan2.1_VAE.pth", true, true),
    /** The same network with a quarter of the channels. */
    LIGHTVAE("lightvaew2_1.pth", true, true),
    /** A small network of 2-D convolutions with one frame of memory per block. */
    TAE("taew2_1.pth", false, false),
    /** The network of {@link #TAE} made for normalised latents. */
    LIGHTTAE("lighttaew2_1.pth", false, true);

    private final String file;
    private final boolean causal3d;
    private final boolean normalised;

    VaeType(String file, boolean causal3d, boolean normalised) {
        this.file = file;
        this.causal3d = causal3d;
        this.normalised = normalised;
    }

    /** The name of the parameter's value: {@code wan}, {@code lightvae}, {@code tae}, {@code lighttae}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Name of its checkpoint file. */
    public String file() {
        return file;
    }

    /** Whether it is the network of causal 3-D convolutions, else the one of 2-D convolutions. */
    boolean causal3d() {
        return causal3d;
    }

    /** Whether its latents are scaled by {@link LatentStatistics} on the way to and from the transformer. */
    boolean normalised() {
        return normalised;
    }

    /**
     * By its {@link #wireName}.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    public static VaeType of(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName().equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no VAE " + wireName + ", only " + wireNames()));
    }

    /** All of them, for a message. */
    public static String wireNames() {
        return Arrays.stream(values()).map(VaeType::wireName).collect(Collectors.joining(", "));
    }
}
