from restorer.models.figures import lines


def test_levels_have_a_line_each_and_the_rest_one():
    figures = {
        "sigma 5": {"psnr_db": 39.5, "ssim": 0.98, "largest_error_percent": 6},
        "elbo": -128.0,
        "read_as_asked": 0.998,
    }
    assert list(lines(figures)) == [
        "sigma 5: PSNR 39.5 dB, SSIM 0.98, largest error 6 %",
        "ELBO -128.0, read as asked 0.998",
    ]
