// Builds estates for tests.
#pragma once
