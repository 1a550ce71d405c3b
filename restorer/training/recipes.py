"""What each shipped model is and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from restorer.models.estimator import PATCH_PX
from restorer.models.vae import SIDE_PX

Task = Literal["denoise", "deblock", "upscale", "estimate", "digits"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the training: up to `until` (a fraction of the whole), patches of one size.

    How many patches a step has matters little: in the same minutes on one core one denoiser got
    0.3 dB further by 3 of 64 pixels than by 8, another 0.1 to 0.2 dB less far. A single one is too
    few, by 0.5 dB. Large patches at the end teach the network to use its whole receptive field.
    """

    until: float
    batch: int
    patch_px: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights, but for the data, the length and the seed.

    `purpose`, `limits`, `degradations`, `loss`: what the card says. `steps`: how long the shipped
    weights were trained, where that is the default. `layout_hint`: weight of the labels' hint on
    where digits go on the map, in addition to the ELBO, until the fraction `layout_until` of the
    training is done. `symmetric`: the weights are tied so that turned photos get turned answers.
    `kin`: a model of the same plan, whose weights it may start from where it has none of its own.
    """

    name: str
    task: Task
    architecture: str
    arguments: dict[str, Any] = field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    learning_rate: float = 2e-3
    learning_rate_end: float = 2e-6
    warmup_steps: int = 200
    gradient_norm: float = 0.5
    weight_decay: float = 0.0
    ema_decay: float = 0.999
    purpose: str = ""
    limits: str = ""
    degradations: str = ""
    loss: str = "RMSE of each patch"
    steps: int | None = None
    layout_hint: float = 0.0
    layout_until: float = 1.0
    symmetric: bool = False
    kin: str | None = None

    @property
    def scale(self) -> int:
        return int(self.arguments.get("scale", 1))

    @property
    def largest_patch_px(self) -> int:
        return max(phase.patch_px for phase in self.phases)

    def phase(self, progress: float) -> Phase:
        return next((phase for phase in self.phases if progress < phase.until), self.phases[-1])


_DENOISER_PLAN: Final = {"widths": [32, 64, 128], "blocks": [2, 2, 3]}
# The deblocker is of the same plan, so that it can begin as the degrainer.
_DEGRAINER_PLAN: Final = {"widths": [48, 96, 128], "blocks": [1, 1, 2]}
_DENOISER_PHASES: Final = (Phase(0.3, 3, 64), Phase(0.65, 3, 96), Phase(1.0, 3, 128))

_UPSCALER_BLOCKS: Final = {2: 3, 3: 5, 4: 8}
_UPSCALER_LIMITS: Final = (
    "Detail finer than a pixel of the small picture is not recovered: it is left smooth, or drawn "
    "as the nearest thing that the pixels allow, so small print may get wrong letters and fine "
    "lines a wrong direction. Strong noise and strong compression are enlarged with the picture: "
    "denoise first. Trained on photographs and drawn pages, not on pixel art."
)

_ELBO: Final = "negative ELBO, Bernoulli pixels"


_DIGITS_LIMITS: Final = (
    "Knows centred digits of 28 x 28 pixels in the hands of MNIST's writers and nothing else: "
    "letters or a photo are read as the nearest digit. Two numbers cannot hold a handwriting: what "
    "is encoded comes back smoother, and between the classes lie shapes that are no digit."
)


def _of_digits(
    name: str,
    architecture: str,
    steps: int,
    purpose: str,
    *,
    loss: str = _ELBO,
    layout_hint: float = 0.0,
) -> Recipe:
    return Recipe(
        name=name,
        task="digits",
        architecture=architecture,
        arguments={"hidden": 512} if architecture == "DenseVAE" else {"width": 32, "hidden": 384},
        phases=(Phase(1.0, 64, SIDE_PX),),
        purpose=purpose,
        limits=_DIGITS_LIMITS,
        gradient_norm=100.0,  # of a sum of 784 pixels' nats
        loss=loss,
        steps=steps,
        layout_hint=layout_hint,
        layout_until=0.5,
    )


_DIGITS: Final = (
    _of_digits("vae-dense", "DenseVAE", 24_000, "The map of digits, by a dense network."),
    # The hint gathers each class in one place; left alone they settle in several islands. In equal
    # times of 100 s it took the ELBO of the test digits from -142.9 to -138.8 and the random digits
    # that are read for sure from 74 to 86 %. It ends halfway: held to the end it keeps the classes
    # apart, and what lies between them is worse (79 % instead of 83 % in another such pair).
    _of_digits(
        "vae",
        "ConvVAE",
        44_000,
        "The map of digits: every point of a plane is a digit.",
        loss=f"{_ELBO}; in the first half a hint from the labels where to put each class",
        layout_hint=20.0,
    ),
    _of_digits("cvae", "ConditionalVAE", 24_000, "Digits of an asked class; the map is of styles."),
    _of_digits(
        "autoencoder",
        "PlainAutoencoder",
        12_000,
        "For comparison: a map without the variational part, with holes in it.",
        loss="cross-entropy, Bernoulli pixels",
    ),
)


def _of_white_noise(name: str, plan: dict[str, list[int]], purpose: str) -> Recipe:
    return Recipe(
        name=name,
        task="denoise",
        architecture="Denoiser",
        arguments=plan | {"levels": [10, 25, 50]},
        phases=_DENOISER_PHASES,
        purpose=purpose,
        limits=(
            "Regular texture fainter than the noise (cloth, hair, distant grass) goes with it. "
            "Blotches wider than some 8 pixels are softened, not removed. Trained on photographs: "
            "dots of print, dithering and film-like patterns that are the picture are taken for "
            "noise."
        ),
        degradations=(
            "white Gaussian noise of sigma 0 to 75, low levels more often, unclipped; 1/10 of the "
            "patches grey, in 1/20 more the noise equal in the three colours"
        ),
        symmetric=True,
        weight_decay=0.1,
    )


def _of_noise_levels(
    name: str,
    architecture: str,
    *,
    width: int = 64,
    phase: Phase = Phase(1.0, 48, PATCH_PX),
    purpose: str,
    limits: str,
    degradations: str,
) -> Recipe:
    return Recipe(
        name=name,
        task="estimate",
        architecture=architecture,
        arguments={"width": width},
        phases=(phase,),
        loss="Gaussian likelihood of ln(sigma)",
        purpose=purpose,
        limits=limits,
        degradations=degradations,
    )


RECIPES: Final[dict[str, Recipe]] = {
    "denoiser": _of_white_noise(
        "denoiser", _DENOISER_PLAN, "Takes noise out of photos, as much as it is told to."
    ),
    # The denoiser of before: a wider and less deep one does as it is told with other noise too,
    # where the better one of white noise takes less (`restorer benchmark pairs`, and `denoise` with
    # `--quality 90`).
    "degrainer": _of_white_noise(
        "degrainer",
        _DEGRAINER_PLAN,
        "Takes grain out of photos that a file or a camera has changed. A camera's coarse grain at "
        "three sizes of the picture, which takes 1.6 times the arithmetic of one.",
    ),
    "deblocker": Recipe(
        name="deblocker",
        task="deblock",
        architecture="Denoiser",
        arguments=_DEGRAINER_PLAN | {"levels": [10]},
        phases=_DENOISER_PHASES,
        purpose="Takes the blocks and fringes of strong JPEG compression out of photos.",
        limits=(
            "Recognized by the file's own quantization tables or, if it was saved anew, by its "
            "pixels; after resizing it is not. Texture that the compression has taken does not "
            "come back."
        ),
        degradations=(
            "JPEG of quality 3 to 95, 3/4 with colours at half the size, blocks anywhere; half of "
            "the patches had noise of sigma 0 to 4 before; 1/10 grey"
        ),
        symmetric=True,
        weight_decay=0.1,
        kin="degrainer",
    ),
    "estimator": _of_noise_levels(
        "estimator",
        "Estimator",
        purpose="Finds out how noisy a photo is, so that the denoiser can be told.",
        limits=(
            "Coarse texture without a quiet place in the whole picture (gravel, leaves to the "
            "edges) may be taken for a camera's grain. Coarse grain of real cameras is read lower "
            "than it is, and denoised stronger to make up for it. Slight noise that was in a JPEG "
            "of quality 85 or less, and was then saved in another format, may be taken for texture."
        ),
        degradations=(
            "1/8 white Gaussian noise of sigma 0 to 75, 3/8 Poisson-Gaussian of RMS 0.5 to 50, "
            "half of it with less in colour and half in JPEGs, 1/2 simulated camera noise of RMS "
            "0.5 to 25; 1/8 only compressed; half of the patches blurred before"
        ),
    ),
    "jpeg-estimator": _of_noise_levels(
        "jpeg-estimator",
        "JpegEstimator",
        purpose="Finds out how noisy a JPEG is: its quantization tables say what is missing.",
        limits=(
            "Coarse texture without a quiet place in the whole picture (gravel, leaves to the "
            "edges) may be taken for grain, and very faint grain for silence. Of a picture that "
            "was compressed, resized and compressed again it knows the last compression only."
        ),
        degradations=(
            "half Poisson-Gaussian noise of RMS 0.5 to 50, half of it with less in colour, half "
            "simulated camera noise of RMS 0.5 to 25, in JPEGs, half of quality 40 to 100, half by "
            "other tables of steps from 1 to 20, 3/4 with colours at half the size; 1/7 only "
            "compressed; half of the patches blurred before"
        ),
    ),
    "picture-estimator": _of_noise_levels(
        "picture-estimator",
        "PictureEstimator",
        width=32,
        phase=Phase(1.0, 8, 3 * PATCH_PX),
        purpose="Finds out how noisy a picture is where the other two are in doubt.",
        limits=(
            "Very slight noise, and what strong compression has left of slight noise, may be taken "
            "for silence. Texture from edge to edge in JPEGs of quality 90 and less may be taken "
            "for noise."
        ),
        degradations=(
            "Poisson-Gaussian noise of RMS 1 to 30, half of it with less in colour, a third "
            "without any; half in the JPEGs of the jpeg-estimator, a quarter in other JPEGs; it is "
            "given what the other estimators found and what the degrainer took"
        ),
    ),
    **{
        f"upscaler-x{scale}": Recipe(
            name=f"upscaler-x{scale}",
            task="upscale",
            architecture="Upscaler",
            arguments={"scale": scale, "width": 48, "blocks": blocks},
            phases=(
                Phase(0.6, 4, 36 * scale),
                Phase(0.85, 4, 48 * scale),
                Phase(1.0, 8, 48 * scale),
            ),
            purpose=f"Enlarges photos {scale} times in width and height.",
            limits=_UPSCALER_LIMITS,
            degradations=(
                "7/8 antialiased bicubic shrinking; 1/8 with slight blur before it, and noise of "
                "sigma 0 to 4 and JPEG quality 60 to 100 after it; in the last cycle 1/16 of the "
                "patches were drawn pages of text and lines, half of them JPEGs"
            ),
            symmetric=True,
            weight_decay=0.1,
        )
        for scale, blocks in _UPSCALER_BLOCKS.items()
    },
    **{recipe.name: recipe for recipe in _DIGITS},
}
