"""The models of digits: what their bound, their labels and their shapes promise."""

import math

import pytest
import torch

from restorer.errors import ModelUnknown
from restorer.models import catalog
from restorer.models.vae import (
    CODE_SIZE,
    Bound,
    ConditionalVAE,
    ConvVAE,
    DenseVAE,
    PlainAutoencoder,
    Posterior,
    elbo,
    reconstruction_nats,
)
from restorer.settings import weights_dir
from tests.conftest import digit_card

TINY = {"width": 8, "hidden": 16}
LABELS = torch.tensor([3, 0, 9])


def seeded(kind, **arguments):
    torch.manual_seed(0)
    return kind(**arguments).eval().requires_grad_(False)


def digits(count=3):
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "model",
    [seeded(DenseVAE, hidden=16), seeded(ConvVAE, **TINY)],
    ids=["dense", "convolutional"],
)
def test_digits_go_through_a_point_on_the_map(model):
    posterior = model.encode(digits())
    assert posterior.mean.shape == posterior.log_variance.shape == (3, CODE_SIZE)
    decoded = model.decode(posterior.mean)
    assert decoded.shape == (3, 1, 28, 28)
    assert 0 < float(decoded.min()) <= float(decoded.max()) < 1
    torch.testing.assert_close(torch.sigmoid(model.logits(posterior.mean)), decoded)


def test_kl_is_the_mean_log_ratio_of_the_samples_that_the_posterior_gives():
    """The log-variance means the same in sampling and in the KL term."""
    posterior = Posterior(torch.tensor([[0.7, -1.2]]), torch.tensor([[-1.5, 0.4]]))
    noise = torch.randn(400_000, 2, generator=torch.Generator().manual_seed(0))
    codes = posterior.at(noise)
    assert codes.std(dim=0).tolist() == pytest.approx(posterior.sigma[0].tolist(), rel=0.01)
    ours = torch.distributions.Normal(posterior.mean, posterior.log_variance.exp().sqrt())
    prior = torch.distributions.Normal(0.0, 1.0)
    log_ratio = (ours.log_prob(codes) - prior.log_prob(codes)).sum(dim=1)
    assert float(posterior.kl()) == pytest.approx(float(log_ratio.mean()), rel=0.01)


def test_kl_is_nothing_for_the_prior_itself_and_known_for_a_shift():
    same = Posterior(torch.zeros(1, 2), torch.zeros(1, 2))
    moved = Posterior(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2))
    assert float(same.kl()) == 0
    assert float(moved.kl()) == pytest.approx(12.5)  # half the squared distance


def test_reconstruction_counts_a_coin_a_pixel():
    even = torch.zeros(1, 1, 28, 28)
    assert float(reconstruction_nats(even, digits(1))) == pytest.approx(784 * math.log(2))
    sure = torch.where(digits(1) > 0.5, 50.0, -50.0)
    assert float(reconstruction_nats(sure, (digits(1) > 0.5).float())) == pytest.approx(0, abs=1e-6)


def test_a_grey_digit_costs_the_mean_of_its_binarized_draws():
    logits = torch.randn(1, 1, 28, 28, generator=torch.Generator().manual_seed(2))
    grey = digits(1)
    generator = torch.Generator().manual_seed(3)
    draws = torch.bernoulli(grey.expand(20_000, -1, -1, -1), generator=generator)
    binarized = reconstruction_nats(logits.expand_as(draws), draws)
    assert float(reconstruction_nats(logits, grey)) == pytest.approx(float(binarized.mean()), 1e-3)


def test_the_bound_is_its_two_parts():
    model = seeded(ConvVAE, **TINY)
    bound = elbo(model, digits(), torch.zeros(3, 2))
    posterior = model.encode(digits())
    torch.testing.assert_close(bound.kl, posterior.kl())
    expected = reconstruction_nats(model.logits(posterior.mean), digits())
    torch.testing.assert_close(bound.reconstruction, expected)
    assert Bound(torch.tensor([2.0]), torch.tensor([3.0])).value.tolist() == [-5.0]


def test_the_bound_is_below_the_likelihood():
    """Estimated with 4,000 codes from the prior, of an untrained model, where that is enough."""
    model = seeded(DenseVAE, hidden=16)
    digit = digits(1)
    generator = torch.Generator().manual_seed(4)
    codes = torch.randn(4_000, 2, generator=generator)
    nats = reconstruction_nats(model.logits(codes), digit.expand(4_000, -1, -1, -1))
    likelihood = torch.logsumexp(-nats, dim=0) - math.log(4_000)
    noise = torch.randn(4_000, 2, generator=generator)
    bound = elbo(model, digit.expand(4_000, -1, -1, -1), noise).value.mean()
    assert float(bound) < float(likelihood)


def test_the_conditional_model_hears_its_label():
    model = seeded(ConditionalVAE, **TINY)
    codes = torch.zeros(3, 2)
    by_class = model.decode(codes, LABELS)
    assert not torch.allclose(by_class[0], by_class[1])
    assert not torch.allclose(
        model.encode(digits(), LABELS).mean, model.encode(digits(), LABELS.flip(0)).mean
    )


def test_a_label_is_asked_for_where_it_counts_and_refused_where_not():
    with pytest.raises(ValueError, match="wants a label"):
        seeded(ConditionalVAE, **TINY).decode(torch.zeros(3, 2))
    with pytest.raises(ValueError, match="takes no labels"):
        seeded(ConvVAE, **TINY).decode(torch.zeros(3, 2), LABELS)


def test_the_same_generator_samples_the_same_digits():
    model = seeded(ConvVAE, **TINY)
    samples = [model.sample(4, torch.Generator().manual_seed(seed)) for seed in (5, 5, 6)]
    assert torch.equal(samples[0], samples[1])
    assert not torch.equal(samples[0], samples[2])
    conditional = seeded(ConditionalVAE, **TINY)
    assert conditional.sample(3, torch.Generator(), LABELS).shape == (3, 1, 28, 28)


def test_the_plain_autoencoder_has_the_layers_of_the_convolutional_vae():
    plain, variational = seeded(PlainAutoencoder), seeded(ConvVAE)
    assert str(plain.decoder) == str(variational.decoder)
    assert str(plain.encoder) == str(variational.encoder)
    torch.testing.assert_close(plain(digits()), plain.logits(plain.encode(digits())))


def test_gradients_reach_every_weight_through_the_sample():
    torch.manual_seed(0)
    model = ConditionalVAE(**TINY)
    elbo(model, digits(), torch.ones(3, 2), LABELS).value.mean().backward()
    assert all(bool(weight.grad.abs().sum() > 0) for weight in model.parameters())


def test_a_digit_model_comes_back_from_a_catalog_without_the_facts_of_photos(tmp_path):
    model = seeded(ConvVAE, **TINY)
    written = catalog.add(tmp_path, model, digit_card("vae", "ConvVAE", TINY))
    assert (written.scale, written.stride, written.halo, written.sigma_range) == (None,) * 4
    loaded = catalog.open_catalog(tmp_path).digit_model("vae")
    torch.testing.assert_close(loaded.decode(torch.ones(1, 2)), model.decode(torch.ones(1, 2)))


def test_a_model_of_photos_is_no_model_of_digits():
    with pytest.raises(ModelUnknown, match="no model of digits 'denoiser'"):
        catalog.open_catalog(weights_dir()).digit_model("denoiser")
