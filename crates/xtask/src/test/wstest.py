# Autobahn's `wstest`, for Python 2. Its package fits a library that has since to be told what it runs on.
import txaio

txaio.use_twisted()

from autobahntestsuite.wstest import run

run()
