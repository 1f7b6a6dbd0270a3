"""HEIC photos for tests, made with pillow-heif: zlib and base64, since the reader cannot write."""

import base64
import zlib


def _file(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


# A drawn paper of 320 x 240 pixels.
PAPER = _file(
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYExLDe1JJEBAhQzUnKKoGyGgszkEgY0oJSZkw82xMWBgREIgYCxCkIz"
    "MDAdBxLKmZl5aWAuSFQUyEllgvIyypINQUy+gsySXLiSa5kFRQVAentmQXI+kK4AKnNmZAYJTQArsvnA8Ofvjx8MDPzM"
    "CUAdEg6MPIz//4MUMINUMIOQzS4mh0SgpLYTIyOazAIuDn6x6JUqy3bu4MgwUACKMYMIBsUkoHp2F8aDRRuSHIDWCCfn"
    "5xTlJedUAIV5GdgagEIimcUFqRC/MYKUfABigYLMikyQCDMHBweQEs8syIUFHzBEWBqZmFmAQXE+NyURGHpMhzUY1wsr"
    "dK3Jlaj0e3JPq3T/H9nA/xsrH1ru7Xuswxkwd/63s1Lzo2aprz+26tXpA5WX+bJqHJeGv82OvP2lYa9W+DvXirvnDx/8"
    "t2l21s/35YtCDjtp/jx3b9oOleql/28VPvZaFrXyrKux6tnbyaoMFdneR9yOKV3Z9PQDg3/4IevglJX1W567Xjy7sTNb"
    "+cUFMXNHvUVMImwCXwt0XKNq5thJndDatkvFrut2uMdP18wTJqfWnKntPCi6lCnMJ6lVIefXTLGKw7MKLpT+91m/o+/r"
    "ld7MnovnOxZ9uLj18Knw83cnPM3/ULtZbUbqK739R0rTlAT406eUWCdtakjiKdhj9tfouai3QGZi63fPZzPmMh6xZJFR"
    "edQVtXViIsdOEcnyvR+4/z6eu+9q2nbjb4elTXkag9uaFdh21P3fEZAxS6vH/IO01iqJrd9fus1aJVl9gKvYY8o/y5T4"
    "RS/Vb18JZJy/NK6eJS6maa/D5Emu7OeXhORr/L81nTl1Xk2hkglH0OLGZVcUBSV+VJ+f/93sFfub1Ps/hXLi9Nqb1Zyi"
    "J2TJh55x996S0vokPCtxx5P17aln+CZHVk0+ui+hQuV5aMXa2Uckr2wtnu+5Yct1jb89jX1s2U7RSVnN806eW7VNIqpv"
    "i39tt9GOyd1fFVXnKTs7H8k0fXI9+J1plNCeGhHhzxM2K/BdeMbwRnmHiNq2KjPDIsUNC1t2pJqwO93w2e3FZ2H4VeZK"
    "0M5s0e2b3Ouals15Hdpz5zXDOs2L67/wvms75qdyNP3zEemeuyIHVa7om83cfbjQTCLVRUk5NMVofc3WlRmeDlPW/r3d"
    "kSO8jCnnUqvzR9/eaVfTehka2m1mHxffZRu/UtlXx6rncczsFle597lOCbfWGV1qslu88aUfF9d7CbOa0E0X7AQYggT1"
    "f93wjZ1l98RQ3XRaSPKByD3BDzqZQ9rljOdp/W0tYJFdvmXxF4Ou/BkMPqHBXKEqCQBm65xP"
)
# The same, to be turned by 90 degrees (irot), with a place, a maker and XMP.
SIDEWAYS = _file(
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYHxdW5qSSIDBChmpOQUQdkMBZnJJQxowC0zJx9siIsDAzMDI4jFxA+h"
    "gazjDEwgmuUaTIShAqgKCFj94CKyQJyUmZmXBuaBZEWBnFSwRqCajLJkQwYkQUaQka4VmWDlWnBBZpA3clMZEgsKcjKT"
    "E0sy8/P0i1LStCtyc8Dm8hVkluQyQM1keJBZUFQApA9kFiTng1wFtMWZkRkkNAGsyOYDw5+/P34wMPAzJwB1SDgw8jD+"
    "/w9SwAxSwQxCNruYHBKBktpOjIxoMgu4OPjFoleqLNu5gyPDQAEoxgwiGBSTgOrZXRgPFm1IcgBaI5ycn1OUl5xTARTm"
    "ZWBrAAqJZBYXpEJChhGk5AMQCxRkVmSCQ4eDgwNIcWYW5ZeAQkoisyAXFlWMDIysjUzMLK1AtkZmUWoaVJwvOaU4GRho"
    "jGCfQ3jMEB5zSm5KIjBKmQ5rMK4XVuhakytR6ffknlbp/j+ygf83Vj603Nv3WIczYO78b2el5kfNUl9/bNWr0wcqL/Nl"
    "1TguDX+bHXn7S8NerfB3rhV3zx8++G/T7Kyf78sXhRx20vx57t60HSrVS//fKnzstSxq5VlXY9Wzt5NVGSqyvY+4HVO6"
    "sunpBwb/8EPWwSkr67c8d714dmNntvKLC2LmjnqLmETYBL4W6LhG1cyxkzqhtW2Xil3X7XCPn66ZJ0xOrTlT23lQdClT"
    "mE9Sq0LOr5liFYdnFVwo/e+zfkff1yu9mT0Xz3cs+nBx6+FT4efvTnia/6F2s9qM1Fd6+4+UpikJ8KdPKbFO2tSQxFOw"
    "x+yv0XNRb4HMxNbvns9mzGU8Yskio/KoK2rrxESOnSKS5Xs/cP99PHff1bTtxt8OS5vyNAa3NSuw7aj7vyMgY5ZWj/kH"
    "aa1VElu/v3SbtUqy+gBXsceUf5Yp8Yteqt++Esg4f2lcPUtcTNNeh8mTXNnPLwnJ1/h/azpz6ryaQiUTjqDFjcuuKApK"
    "/Kg+P/+72Sv2N6n3fwrlxOm1N6s5RU/Ikg894+69JaX1SXhW4o4n69tTz/BNjqyafHRfQoXK89CKtbOPSF7ZWjzfc8OW"
    "6xp/exr72LKdopOymuedPLdqm0RU3xb/2m6jHZO7vyqqzlN2dj6SafrkevA70yihPTUiwp8nbFbgu/CM4Y3yDhG1bVVm"
    "hkWKGxa27Eg1YXe64bPbi8/C8KvMlaCd2aLbN7nXNS2b8zq0585rhnWaF9d/4X3XdsxP5Wj65yPSPXdFDqpc0Tebuftw"
    "oZlEqouScmiK0fqarSszPB2mrP17uyNHeBlTzqVW54++vdOupvUyNLTbzD4uvss2fqWyr45Vz+OY2S2ucu9znRJurTO6"
    "1GS3eONLPy6u9xJmNaGbLtgJMAQJ6v+64Rs7y+6JobrptJDkA5F7gh90Moe0yxnP0/rbWsAiu3zL4i8GXfkzGHxCg7lC"
    "VRKAiZsNUi74+jJoAXkcDMyM/OACiA2IjRiFwIULI4jXocrAAi0KLEB5xC8/OxOYj5ggpQsDkx+49GJghRZIYdCsJArV"
    "wwylQfKMNhVWFbkFoDLTrjg1uSi1xEYfIQIAVx/FjA=="
)
# The same with transparency.
ALPHA = _file(
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYHJNTe1JJEBAhQzUnKKoGyGgszkEgY0YJKZkw82xMWBgYmBEcRiyoTQ"
    "QNZxoBgQsBrARBgsQDgzMy8NogCIRYGcVLAyoJqMsmRDBhRBJoQgX0FmSS4DVCVjS2ZBUQGQjsssSM4HilUAlTkzMgOF"
    "GCaAFdl8YPjz98cPBgZ+5gSgDgkHRh7G//9BCphBKphByGYXk0MiUFLbiZERTWYBFwe/WPRKlWU7d3BkGCgAxZhBBINi"
    "ElA9uwvjwaINSQ5Aa4ST83OK8pJzKoDCvAxsDUAhkcziglSIfxlBSj4AsUBBZkUmSISZg4MDSBWBncsCYs7/AXPuH4Rz"
    "xSHOBSlgBqsAugrmWjWga1ElDmgo2ETmLZk069kBoAN4GkCiLWgO5YO5gBFkqXpiaYUziFdalGeVW5CabpWRWpZsZWRg"
    "aGoFlMpMsQKHuVxmQS4sMQDjl6WRiZmFgYmllZmtHSgilVmUmgaV5QPqygGnAWDsMLPnpiQCEwvTYQ3G9cIKXWtyJSr9"
    "ntzTKt3/Rzbw/8bKh5Z7+x7rcAbMnf/trNT8qFnq64+tenX6QOVlvqwax6Xhb7Mjb39p2KsV/s614u75wwf/bZqd9fN9"
    "+aKQw06aP8/dm7ZDpXrp/1uFj72WRa0862qsevZ2sipDRbb3EbdjSlc2Pf3A4B9+yDo4ZWX9lueuF89u7MxWfnFBzNxR"
    "bxGTCJvA1wId16iaOXZSJ7S27VKx67od7vHTNfOEyak1Z2o7D4ouZQrzSWpVyPk1U6zi8KyCC6X/fdbv6Pt6pTez5+L5"
    "jkUfLm49fCr8/N0JT/M/1G5Wm5H6Sm//kdI0JQH+9Ckl1kmbGpJ4CvaY/TV6LuotkJnY+t3z2Yy5jEcsWWRUHnVFbZ2Y"
    "yLFTRLJ87wfuv4/n7ruatt3422FpU57G4LZmBbYddf93BGTM0uox/yCttUpi6/eXbrNWSVYf4Cr2mPLPMiV+0Uv121cC"
    "GecvjatniYtp2usweZIr+/klIfka/29NZ06dV1OoZMIRtLhx2RVFQYkf1efnfzd7xf4m9f5PoZw4vfZmNafoCVnyoWfc"
    "vbektD4Jz0rc8WR9e+oZvsmRVZOP7kuoUHkeWrF29hHJK1uL53tu2HJd429PYx9btlN0UlbzvJPnVm2TiOrb4l/bbbRj"
    "cvdXRdV5ys7ORzJNn1wPfmcaJbSnRkT484TNCnwXnjG8Ud4horatysywSHHDwpYdqSbsTjd8dnvxWRh+lbkStDNbdPsm"
    "97qmZXNeh/bcec2wTvPi+i+879qO+akcTf98RLrnrshBlSv6ZjN3Hy40k0h1UVIOTTFaX7N1ZYanw5S1f2935AgvY8q5"
    "1Or80bd32tW0XoaGdpvZx8V32cavVPbVsep5HDO7xVXufa5Twq11Rpea7BZvfOnHxfVewqwmdNMFOwGGIEH9Xzd8Y2fZ"
    "PTFUN50Wknwgck/wg07mkHY543laf1sLWGSXb1n8xaArfwaDT2gwV6hKAqiY02Bcp+Z0lL3h8BfNr/x3jb7WZ/R0/010"
    "EXK0jOSNaVQTcXabFNvyZ7nhY3eH2IYzLBcyJ+ZoAACRceGK"
)
# The same, and a second picture.
TWO = _file(
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYFJIDe1JJEBAhQzUnKKoGyGgszkEgY0YJKZkw82xMWBgYmBEcRiMoHQ"
    "QNZxoBgQsPyGiTDIArFFZmZeGkQBEIsCOalgZUA1GWXJhgwogkwIQb6CzJJcBqhKxszMgqICIO2cWZCcDxSrACpzZmQG"
    "CjFMACuy+cDw5++PHwwM/MwJQB0SDow8jP//gxQwg1Qwg5DNLiaHRKCkthMjI5rMAi4OfrHolSrLdu7gyDBQAIoxgwgG"
    "xSSgenYXxoNFG5IcgNYIJ+fnFOUl51QAhXkZ2BqAQiKZxQWpEP8ygpR8AGKBgsyKTJAIMwcHBzbnyhHhXDmczpVboNDI"
    "Ou2Vp+a6PCYpHg6Q0AkQweGAcK6SA6rbGBygWC6zIBcW48BIZGlkYmZhYGJpZWJjAQq8yU1JBMY702ENxvXCCl1rciUq"
    "/Z7c0yrd/0c28P/GyoeWe/se63AGzJ3/7azU/KhZ6uuPrXp1+kDlZb6sGsel4W+zI29/adirFf7OteLu+cMH/22anfXz"
    "ffmikMNOmj/P3Zu2Q6V66f9bhY+9lkWtPOtqrHr2drIqQ0W29xG3Y0pXNj39wOAffsg6OGVl/ZbnrhfPbuzMVn5xQczc"
    "UW8RkwibwNcCHdeomjl2Uie0tu1Sseu6He7x0zXzhMmpNWdqOw+KLmUK80lqVcj5NVOs4vCsggul/33W7+j7eqU3s+fi"
    "+Y5FHy5uPXwq/PzdCU/zP9RuVpuR+kpv/5HSNCUB/vQpJdZJmxqSeAr2mP01ei7qLZCZ2Prd89mMuYxHLFlkVB51RW2d"
    "mMixU0SyfO8H7r+P5+67mrbd+NthaVOexuC2ZgW2HXX/dwRkzNLqMf8grbVKYuv3l26zVklWH+Aq9pjyzzIlftFL9dtX"
    "AhnnL42rZ4mLadrrMHmSK/v5JSH5Gv9vTWdOnVdTqGTCEbS4cdkVRUGJH9Xn5383e8X+JvX+T6GcOL32ZjWn6AlZ8qFn"
    "3L23pLQ+Cc9K3PFkfXvqGb7JkVWTj+5LqFB5HlqxdvYRyStbi+d7bthyXeNvT2MfW7ZTdFJW87yT51Ztk4jq2+Jf2220"
    "Y3L3V0XVecrOzkcyTZ9cD35nGiW0p0ZE+POEzQp8F54xvFHeIaK2rcrMsEhxw8KWHakm7E43fHZ78VkYfpW5ErQzW3T7"
    "Jve6pmVzXof23HnNsE7z4vovvO/ajvmpHE3/fES6567IQZUr+mYzdx8uNJNIdVFSDk0xWl+zdWWGp8OUtX9vd+QIL2PK"
    "udTq/NG3d9rVtF6Ghnab2cfFd9nGr1T21bHqeRwzu8VV7n2uU8KtdUaXmuwWb3zpx8X1XsKsJnTTBTsBhiBB/V83fGNn"
    "2T0xVDedFpJ8IHJP8INO5pB2OeN5Wn9bC1hkl29Z/MWgK38Gg09oMFeoSgIwgUuCknHDsxUFl///U5tS/9fqefvLp5cu"
    "Ve6vAQD4X8kv"
)
# White, 5200 x 5000 pixels.
BIG = _file(
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYExMje1JJEBAhQzUnKKoGyGgszkEgY0oJSZkw82xMWBgREIgYCxFkIz"
    "MEg4AQnlzMy8NDAXJCoK5KQyQXkZZcmGICZfQWZJLlzJzcyCogIgvSuzIDkfSFcDlTkzMoOEJoAVbfnA8Ofvjx8MDPzM"
    "CUAdEg6MPIz//4MUMINUMIPQll1MDolAST0nRkY0mQUMizoY/FSnvfLUXJfHJMXDARI9ASI4HJKAWthdGA8WbUhyANok"
    "nJyfU5SXnFMBFOZlYGsAColkFhekQrwnEgBU0QFkCBRkVmSCRJg5OICmMYhnFuTCQhAYKCyNTMwswNDwyk1JBAaghJ0G"
    "43oWAfV5d7WEn5+bbZZzc7Oaz3S9mJ1FT0+TTDX8kb1uN/vq9O0cpzZOmnShm++LANSfFCOmWys0dXkXHptPLQMZGN40"
    "TOb78oN65jEzzm+nomkMDNwRVDWOmbmOquYVOFDTOKZr1DSNh5rxyqDygJqmeR+gpmlLG6iZgiOpadjWQZp2WXWoZxZ7"
    "CfXM4jpBPbN4qZgBBD9QzyyRCdQzS5KK7pIXoJ5Z6gnUM0tLgXpmGVOxGDNbQD2z7KholiMVC1dqFtSeVDQrgIoVbyAV"
    "3RVERXeFDVKzQqhoVtSBUbNGzaKdWdEOo2aNmjVq1qhZo2aNmjVq1qhZo2aNmkVNxMIDAFxhy9I="
)
