# What Ruby itself says, as GitLab asks it. usage: oracle.rb QUESTION FILE
require 'objspace'
require 'psych'

FLAGS = File::FNM_PATHNAME | File::FNM_DOTMATCH | File::FNM_EXTGLOB
# lib/gitlab/utils/job.rb
GROUP = /([\b\s:]+((\[.*\])|(\d+[\s:\/\\]+\d+))){1,3}\s*\z/

# lib/gitlab/utils/deep_size.rb
def deep_size(object)
  size = ObjectSpace.memsize_of(object)
  case object
  when Array then object.each { |value| size += deep_size(value) }
  when Hash then object.each { |key, value| size += deep_size(key) + deep_size(value) }
  end
  size
end

text = File.read(ARGV[1], mode: 'rb')
fields = text.split("\0", -1)[0..-2].map { |field| field.force_encoding('UTF-8') }
case ARGV[0]
when 'fnmatch'
  fields.each_slice(2) do |pattern, path|
    answer = begin
      File.fnmatch?(pattern, path, FLAGS) ? '1' : '0'
    rescue StandardError
      'e'
    end
    print answer
  end
when 'regexp'
  fields.each_slice(2) { |pattern, text| print(text.match?(Regexp.new(pattern)) ? '1' : '0') }
when 'grouped'
  fields.each { |name| print(name.match?(GROUP) ? '1' : '0') }
when 'slug'
  require 'digest'
  # lib/gitlab/slug/environment.rb
  fields.each do |name|
    slug = name.downcase.gsub(/[^a-z0-9]/, '-')
    slug = "env-#{slug}" unless slug.match?(/^[a-z]/)
    slug = slug.squeeze('-')
    if slug.length > 24 || slug != name
      slug = slug[0..16]
      slug += '-' unless slug.end_with?('-')
      slug += Digest::SHA2.hexdigest(name).to_i(16).to_s(36)[-6..]
    end
    puts slug.delete_suffix('-')
  end
when 'deep_size'
  puts RUBY_VERSION.split('.').first(2).map(&:to_i).<=>([3, 2]).negative? ? 'fixed' : 'variable'
  text.force_encoding('UTF-8').each_line { |line| puts deep_size(Psych.safe_load(line, aliases: true)) }
end
